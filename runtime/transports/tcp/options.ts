export interface TcpOptions {
  /** Sets this transport apart from others of one app: the addresses of `invoices` begin with `tcp+invoices://`. */
  readonly name?: string
  /**
   * What both sides know and nobody else: at least 32 bytes, such as those of `openssl rand -hex 32`. Each
   * side proves that it has it; it never travels, and stands in no log. Of several the first is used for
   * dialling and all are good for listening, so that a secret can be replaced without a pause. `undefined`
   * in a list, as from an environment that does not name it, is refused when the app is built.
   */
  readonly secret?: string | readonly (string | undefined)[]
  /**
   * Where others reach this process with replies to its requests: `tcp://shop-1.internal:2001`, which no other
   * process listens at. Without it requests cannot be made through this transport; those of others are answered.
   */
  readonly repliesAt?: string
  /** TLS 1.3, at every address of this transport. Without it addresses are of this machine alone. */
  readonly tls?: TcpTlsOptions
  /**
   * What body and headers of a message may have together, in bytes; 4 MiB when unsaid. A larger one is
   * refused before it is sent, and a peer that sends one is cut off.
   */
  readonly largestMessage?: number
  /** Seconds of silence after half of which each side says that it is there; 10 when unsaid. The listener's counts. */
  readonly heartbeat?: number
  /** What a peer may cost; each has a default. */
  readonly limits?: TcpLimits
}

/** PEM throughout, as text or bytes. */
export interface TcpTlsOptions {
  /** Needed to listen, and to show one's own certificate to a listener that asks for it. */
  readonly cert?: string | Buffer
  readonly key?: string | Buffer
  readonly passphrase?: string
  /** Who may have signed the certificate of the other side; Node.js's own list when unsaid. */
  readonly ca?: string | Buffer | readonly (string | Buffer)[]
  /** A listener admits only who shows a certificate that `ca` has signed, which must be given then. */
  readonly clientCertificates?: boolean
  /** The name that the other side's certificate must have, where it is not the host of the address. */
  readonly servername?: string
}

export interface TcpLimits {
  /** Connections at one port; 500 when unsaid. */
  readonly connections?: number
  /** Of these, those that have not shown who they are; 100 when unsaid. The oldest makes room. */
  readonly strangers?: number
  /** Seconds for connecting and showing who one is; 5 when unsaid. */
  readonly handshakeSeconds?: number
  /** Seconds from the first byte of a frame to its last; 30 when unsaid. */
  readonly frameSeconds?: number
  /** Bytes of frames on their way in, from all peers together; 64 MiB when unsaid, and at least two of the largest message. */
  readonly memory?: number
}
