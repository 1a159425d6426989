import { expect } from 'chai'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createViews, initialOf, webUrl } from '../../src/lib/views.ts'
import { page } from './page.fixtures.ts'
import { hostile, mails, pages } from './views.fixtures.ts'
import { languageBy } from '../../src/lib/languages/language.ts'

const root = join(import.meta.dirname, '../../views')
const views = createViews(root, {})
const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.ejs'))

describe('views', () => {
  it('have a fixture each', () => {
    // Layouts and parts are rendered with the pages that have them.
    const inner = files.filter(file => !/^((account\/)?layout\.ejs|account\/way\.ejs|partials\/|mail\/)/.test(file))
    const parts = pages.flatMap(([, locals]) => ('parts' in locals ? (locals.parts as { view: string }[]) : []))
    const named = [...pages.map(([name]) => name), ...parts.map(({ view }) => view)]
    expect([...new Set(named.map(name => `${name}.ejs`))].toSorted()).to.deep.equal(inner.toSorted())
    const mailed = mails.flatMap(([name]) => ['html', 'subject', 'text'].map(part => `mail/${name}.${part}.ejs`))
    expect(mailed.toSorted()).to.deep.equal(files.filter(file => file.startsWith('mail/')).toSorted())
  })

  for (const [name, locals] of pages) {
    const html = views.render(name, locals)

    describe(`${name} ${'errors' in locals ? JSON.stringify(locals.errors) : ''}`, () => {
      it('is one whole page', () => {
        expect(html).to.match(/^<!doctype html>\n<html lang="en" dir="ltr">/)
        expect(html).to.match(/<title>\S.* · Latchkey<\/title>/)
        expect(html.match(/<h1>/g)).to.have.length(1)
        expect(html.match(/<main/g)).to.have.length(1)
        expect(html).not.to.match(/undefined|\[object/)
      })

      it('needs neither inline style nor script', () => {
        expect(html).not.to.match(
          /<script(?! src="\/assets\/(submit|strength|work|reveal)\.js" defer><\/script>)|<style|\sstyle=|\son[a-z]+=/i,
        )
      })

      it('binds every field to its label and every note to its field', () => {
        const ids = [...html.matchAll(/\sid="([^"]+)"/g)].map(match => match[1])
        expect(ids).to.deep.equal([...new Set(ids)])
        for (const [, id] of html.matchAll(/<label for="([^"]+)"/g)) expect(ids).to.include(id)
        for (const [, list] of html.matchAll(/aria-describedby="([^"]+)"/g))
          expect(ids).to.include.members(list!.split(' '))
        for (const [, id] of html.matchAll(/href="#([^"]+)"/g)) expect(ids).to.include(id)
      })

      it('escapes whatever it is given', () => {
        const attack = `"'><script>alert(1)</script><img src=x onerror=alert(1)>`
        const attacked = views.render(name, hostile(locals, attack) as object)
        expect(attacked).not.to.match(/<script(?! src="\/assets\/)|<img|=x onerror=alert\(1\)>/)
        expect(attacked).to.include('&lt;script&gt;')
      })
    })
  }

  it('announces what was refused, and leads to it', () => {
    const locals = pages.find(
      ([name, given]) => name === 'signin/signup' && 'errors' in given && 'email' in Object(given.errors),
    )!
    const html = views.render(...locals)
    expect(html).to.include('<title>Error: ')
    expect(html).to.include('role="alert"')
    expect(html).to.include('<a href="#email">A</a>').and.include('<a href="#terms">C</a>')
    expect(html).to.match(
      /id="email"[^>]*aria-describedby="email-hint email-error"[^>]*aria-invalid="true"[^>]*autofocus/,
    )
    expect(html).to.include('value="anna@example.com"')
  })

  it('never prints a password back', () => {
    for (const name of ['signin/signup', 'setup/setup', 'methods/password/prove']) {
      const [, locals] = pages.find(([view]) => view === name)!
      const html = views.render(name, { ...locals, values: { email: 'a@b.c', password: 'hunter2-hunter2' } })
      expect(html).not.to.include('hunter2')
    }
  })

  it('refuses to render with a local missing', () => {
    expect(() =>
      views.render('signin/identify', { page, values: { identifier: '' }, errors: {}, cancelAction: '/x' }),
    ).to.throw('action is not defined')
    expect(() =>
      views.render('fault', { page, status: 500, heading: 'A', message: 'B', traceId: undefined, retry: false }),
    ).to.throw('missing')
  })

  it('lays the page locals over the global ones', () => {
    const branded = createViews(root, { page: { brand: { name: 'Acme ID' }, lang: 'en' } })
    const html = branded.render('setup/done', { email: 'a@b.c', page: { traceId: 'T9' } })
    expect(html).to.include(' · Acme ID</title>').and.include('T9')
  })

  it('shows a trace id once', () => {
    const twice = { page: { ...page, traceId: 'T9' }, heading: 'No', message: 'No.', retry: false, traceId: 'T9' }
    expect(views.render('oidc/error', twice).match(/T9/g)).to.have.length(1)
  })

  it('names the style sheet by its content', () => {
    expect(views.render('setup/done', { page, email: 'a@b.c' })).to.match(/href="\/assets\/latchkey\.css\?v=[\w-]{10}"/)
  })
})

describe("a client's own addresses", () => {
  const attacks = [
    'javascript:alert(1)',
    'data:image/svg+xml,<svg/>',
    ' https://evil.example',
    '//evil.example',
    'https://',
    '',
  ]

  for (const attack of attacks) {
    it(`drops ${JSON.stringify(attack)}`, () => {
      expect(webUrl(attack)).to.equal(undefined)
      const client = { name: 'App', logoUri: attack, clientUri: attack, policyUri: attack, tosUri: attack }
      for (const [name, locals] of pages) {
        const given = { ...locals, page: { ...page, client }, clientUri: attack, clientUrl: attack }
        const html = views.render(name, given)
        expect(html).not.to.match(/javascript:|data:image|evil\.example|<img|(src|href)=" /)
      }
    })
  }

  it('keeps web addresses as they are', () => {
    for (const uri of ['https://a.example/x?y=1&z=2', 'http://localhost:3001', 'HTTPS://A.example/']) {
      expect(webUrl(uri)).to.equal(uri)
    }
    const [, locals] = pages.find(([name]) => name === 'signin/identify')!
    expect(views.render('signin/identify', locals)).to.include('<img src="https://notes.example.com/logo.svg" alt=""')
  })
})

describe('initialOf', () => {
  const cases = { acme: 'A', élan: 'É', '«Ünder»': 'Ü', '👩‍🚀 Space': '👩‍🚀', '  ': '?', '<script>': 'S', 日本: '日' }
  for (const [name, initial] of Object.entries(cases)) {
    it(`${JSON.stringify(name)} → ${initial}`, () => expect(initialOf(name)).to.equal(initial))
  }
})

/** What a mail makes of a time and of a browser. */
function inWords(locals: object): object {
  const { moment, day } = languageBy('en')
  const words = Object.entries(locals).map(([name, value]) => {
    if (typeof value === 'number') return [name, name === 'until' ? day(value) : moment(value)]
    return [name, String(value).startsWith('Mozilla') ? 'Firefox on Windows' : (value as unknown)]
  })
  return Object.fromEntries(words)
}

describe('mails', () => {
  for (const [name, locals] of mails) {
    it(`${name}: the text says what the page says`, () => {
      const { subject, text, html } = views.renderMail(name, locals)
      expect(subject).to.match(/^[^\n]+Latchkey$/)
      for (const value of Object.values(inWords(locals))) {
        expect(text).to.include(String(value))
        expect(html).to.include(String(value).replaceAll('&', '&amp;'))
      }
    })

    it(`${name}: a hostile value can neither add a header or a line, nor markup`, () => {
      const attack = 'x\r\nBcc: all@evil.example\u2028<b>"hi"</b>'
      const { subject, text, html } = views.renderMail(name, hostile(locals, attack) as object)
      expect(subject).not.to.match(/[\r\n\u2028]/)
      expect(text).not.to.match(/^Bcc:/m)
      expect(text).to.include('<b>"hi"</b>')
      expect(html).not.to.include('<b>')
    })
  }
})
