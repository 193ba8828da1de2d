/** A canvas knows neither CSS variables nor `light-dark()`: the browser is asked what the colour is here and now. */
export function resolveColor(near: HTMLElement, color: string): string {
  const probe = document.createElement('span')
  probe.style.color = color
  near.append(probe)
  const resolved = getComputedStyle(probe).color
  probe.remove()
  return resolved
}
