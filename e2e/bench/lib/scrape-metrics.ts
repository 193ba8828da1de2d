/** Every sample of `/metrics` by its name and labels as they are written there. */
export async function scrapeMetrics(apiUrl: string): Promise<Map<string, number>> {
  const text = await (await fetch(`${apiUrl}/metrics`)).text()
  const samples = text.split('\n').flatMap((line) => {
    const [, name, value] = /^([a-z_]+(?:\{[^}]*\})?) (\S+)$/.exec(line) ?? []
    return name === undefined ? [] : [[name, Number(value)] as const]
  })
  return new Map(samples)
}
