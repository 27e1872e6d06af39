import {execFile} from 'node:child_process'
import {readFile, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {promisify} from 'node:util'

const run = promisify(execFile)

export interface Certificate {
  readonly certFile: string
  readonly keyFile: string
  readonly cert: Buffer
  readonly key: Buffer
}

/** A CA in a directory, made by openssl. */
export async function makeCa(directory: string, name: string): Promise<Certificate> {
  const [keyFile, certFile] = [join(directory, `${name}.key`), join(directory, `${name}.crt`)]
  const subject = ['-subj', `/CN=${name}`, '-days', '2']
  await run('openssl', ['req', '-x509', ...newKey, '-keyout', keyFile, '-out', certFile, ...subject])
  return read(certFile, keyFile)
}

export interface CertificateOptions {
  /** `/O=x/OU=admin/CN=ops`. */
  readonly subject: string
  readonly usage?: 'serverAuth' | 'clientAuth'
  readonly days?: number
}

/** A certificate that the CA signed, for 127.0.0.1 and localhost. */
export async function makeCertificate(
  directory: string,
  ca: Certificate,
  name: string,
  options: CertificateOptions,
): Promise<Certificate> {
  const [keyFile, certFile, request] = ['key', 'crt', 'csr'].map(type => join(directory, `${name}.${type}`))
  const extensions = join(directory, `${name}.ext`)
  await writeFile(
    extensions,
    `subjectAltName=IP:127.0.0.1,DNS:localhost\n${options.usage === undefined ? '' : `extendedKeyUsage=${options.usage}\n`}`,
  )
  await run('openssl', ['req', ...newKey, '-keyout', `${keyFile}`, '-out', `${request}`, '-subj', options.subject])
  const signed = ['-CA', ca.certFile, '-CAkey', ca.keyFile, '-CAcreateserial', '-extfile', extensions]
  const days = ['-days', String(options.days ?? 2)]
  await run('openssl', ['x509', '-req', '-in', `${request}`, '-out', `${certFile}`, ...signed, ...days])
  return read(`${certFile}`, `${keyFile}`)
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']

async function read(certFile: string, keyFile: string): Promise<Certificate> {
  return {certFile, keyFile, cert: await readFile(certFile), key: await readFile(keyFile)}
}
