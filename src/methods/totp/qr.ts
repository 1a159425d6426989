/** A QR code as one path in a square of `size` units, with its quiet zone: drawn by the view, so no markup is made here. */
export async function qrPath(text: string): Promise<{ size: number; path: string }> {
  // Loaded at the first one: a start need not wait for it, nor an installation without them hold it.
  const { default: QRCode } = await import('qrcode')
  const { modules } = QRCode.create(text, { errorCorrectionLevel: 'M' })
  const quiet = 4
  const rows = Array.from({ length: modules.size }, (_, y) =>
    Array.from({ length: modules.size }, (__, x) =>
      modules.get(y, x) ? `M${x + quiet} ${y + quiet}h1v1h-1z` : '',
    ).join(''),
  )
  return { size: modules.size + 2 * quiet, path: rows.join('') }
}
