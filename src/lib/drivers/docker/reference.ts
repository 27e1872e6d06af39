/** An image's name as POST /images/create wants it: without a tag Docker would pull every tag there is. */
export interface ImageReference {
  readonly name: string
  /** A tag or a digest. */
  readonly tag: string
}

/** Takes `registry:5000/name:tag@sha256:…` apart; a digest outranks the tag, and `latest` stands in for neither. */
export function parseImageReference(text: string): ImageReference {
  const [named = '', digest] = text.split('@', 2)
  const colon = named.lastIndexOf(':')
  const tagged = colon > named.lastIndexOf('/')
  const name = tagged ? named.slice(0, colon) : named
  return {name, tag: digest ?? (tagged ? named.slice(colon + 1) : 'latest')}
}
