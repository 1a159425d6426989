// The thread that measures passwords, beside zxcvbn and what people use: all in one file, /assets/strength-worker.js.
const { core, 'language-common': common, 'language-en': english } = self.zxcvbnts
const zxcvbn = new core.ZxcvbnFactory({
  dictionary: { ...common.dictionary, ...english.dictionary },
  graphs: common.adjacencyGraphs,
})

self.addEventListener('message', ({ data: { password, own } }) => {
  self.postMessage({ password, score: zxcvbn.check(password, own).score })
})
