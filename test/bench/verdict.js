/** Fields in round trips, which are rounded: a fraction is work that the delay stretches. */
const TRIPS = /\.(session|shell|total)$/

/**
 * Compares results with the bound of a line. `met` is undefined without a bound, or when a rival is missing.
 * @param {import('./rows.js').Line} line
 * @param {Record<string, any>} results
 */
export function judge({ what, of, to, rival = '', slower, faster, most }, results) {
  const ours = valueAt(of, results)
  const theirs = to && valueAt(to, results)
  const line = { what, rival, ours: show(of, ours), theirs: '', ratio: '', wanted: '', met: undefined }
  if (most !== undefined) {
    const met = (TRIPS.test(of) ? Math.round(ours) : ours) <= most
    return { ...line, wanted: `at most ${show(of, most)}`, met, values: { ours } }
  }
  const wanted = slower ? `at most ${slower} x` : faster ? `${faster} x faster` : ''
  if (!to) return { ...line, wanted, values: { ours } }
  if (theirs === undefined)
    return { ...line, theirs: results[to.split('.')[0]].missing, wanted, values: { ours } }
  const ratio = ours / theirs
  const met = slower ? ratio <= slower : faster ? 1 / ratio >= faster : undefined
  const text = slower || ratio > 1 ? `${digits(ratio)} x` : `${digits(1 / ratio)} x faster`
  return { ...line, theirs: show(to, theirs), ratio: text, wanted, met, values: { ours, theirs, ratio } }
}

function valueAt(path, results) {
  const [who, field] = path.split('.')
  return results[who]?.[field]
}

function show(path, value) {
  const field = path.slice(path.indexOf('.') + 1)
  if (field === 'each') return `${(value * 1000).toFixed(1)} ms`
  if (field === 'seconds' && value < 0.2) return `${Math.round(value * 1000)} ms`
  if (['seconds', 'cpu', 'beyond'].includes(field)) return `${value.toFixed(2)} s`
  if (field === 'megabytes') return value.toFixed(0)
  if (field === 'sent') return String(value)
  return digits(value)
}

/** Formats with three significant digits. */
function digits(value) {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)
}
