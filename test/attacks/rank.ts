// Whether two samples could have come from one distribution: the rank test of Mann and Whitney, two-sided, by the normal
// approximation with a correction for ties. It asks nothing of how times are spread.

export interface RankTest {
  /** The chance to see ranks at least as unlike by luck alone. */
  p: number
  /** Whether the first sample is the one that ranks higher. */
  isFirstHigher: boolean
}

export function rankTest(one: readonly number[], other: readonly number[]): RankTest {
  const all = [...one.map(value => ({ value, of: 1 })), ...other.map(value => ({ value, of: 2 }))].toSorted(
    (a, b) => a.value - b.value,
  )
  let rankSum = 0
  let ties = 0
  for (let from = 0; from < all.length;) {
    let to = from
    while (to < all.length && all[to]!.value === all[from]!.value) to += 1
    const rank = (from + 1 + to) / 2
    const tied = to - from
    ties += tied ** 3 - tied
    rankSum += rank * all.slice(from, to).filter(({ of }) => of === 1).length
    from = to
  }
  const [m, n, total] = [one.length, other.length, all.length]
  const expected = (m * (total + 1)) / 2
  const variance = ((m * n) / 12) * (total + 1 - ties / (total * (total - 1)))
  const z = Math.max(0, Math.abs(rankSum - expected) - 0.5) / Math.sqrt(variance)
  return { p: 2 * (1 - normal(z)), isFirstHigher: rankSum > expected }
}

/** The standard normal distribution (Abramowitz and Stegun, 26.2.17), to seven digits. */
function normal(z: number): number {
  const t = 1 / (1 + 0.2316419 * z)
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)
  const terms = [0.31938153, -0.356563782, 1.781477937, -1.821255978, 1.330274429]
  return 1 - density * terms.reduce((sum, term, at) => sum + term * t ** (at + 1), 0)
}
