import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {parseKeyValueLines} from '../../../src/lib/drivers/docker/key-value-lines.ts'
import {withMachineFiles} from '../../../src/lib/drivers/docker/spec-files.ts'
import {type ContainerSpec, plainContainer} from '../../../src/lib/unit/container/container-spec.ts'

describe('docker-run(1), --env-file', () => {
  test.each([
    {title: 'plain', text: 'A=1\nB=two words\n', expected: {A: '1', B: 'two words'}},
    {title: 'comments and blank lines', text: '# A=1\n\n  # B=2\nC=3#4', expected: {C: '3#4'}},
    {title: 'a semicolon begins no comment', text: ';A=1', expected: {';A': '1'}},
    {title: 'quotes and backslashes mean themselves', text: `A="x"\nB='y'\nC=z\\`, expected: {A: '"x"', B: "'y'", C: 'z\\'}},
    {title: 'space before a name goes, space of a value stays', text: '  A= x ', expected: {A: ' x '}},
    {title: 'a bare name is taken over', text: 'GIVEN\nNOT_GIVEN\ntoString', expected: {GIVEN: 'g'}},
    {title: 'the last of two', text: 'A=1\nA=2', expected: {A: '2'}},
    {title: 'line ends of Windows and a mark of byte order', text: '\ufeffA=1\r\nB=2\r\n', expected: {A: '1', B: '2'}},
  ])('$title', ({text, expected}) => {
    expect(parseKeyValueLines(text, {GIVEN: 'g'})).toEqual(expected)
  })

  test.each(['A=1\nno name=2', 'A=1\n=2', 'A=1\nB \n'])('%j is refused by its line', text => {
    expect(() => parseKeyValueLines(text)).toThrow(expect.objectContaining({line: 2}))
  })
})

describe('a spec with files', () => {
  let directory: string
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'meissa-files-'))
    await writeFile(join(directory, 'env'), 'A="file"\nB=file\nGONE=file\n')
    await writeFile(join(directory, 'labels'), 'a=file\nb=file\n')
    await writeFile(join(directory, 'seccomp.json'), '{\n "defaultAction": "SCMP_ACT_ALLOW"\n}')
    await writeFile(join(directory, 'bad'), 'no name=1\n')
  })
  afterEach(() => rm(directory, {recursive: true, force: true}))

  const read = (spec: Partial<ContainerSpec>) => withMachineFiles({...plainContainer('img'), ...spec})
  const at = (name: string) => join(directory, name)

  test('has what they say, unless it says so itself', async () => {
    const spec = await read({
      environmentFiles: [{path: at('env'), optional: false, syntax: 'docker'}],
      environment: {B: 'own'},
      unsetVariables: ['GONE'],
      labelFiles: [at('labels')],
      labels: {b: 'own'},
      seccompFile: at('seccomp.json'),
    })
    expect(spec).toEqual({
      ...plainContainer('img'),
      environment: {A: '"file"', B: 'own'},
      unsetVariables: ['GONE'],
      labels: {a: 'file', b: 'own'},
      securityOptions: ['seccomp={"defaultAction":"SCMP_ACT_ALLOW"}'],
    })
  })

  test.each<[string, (at: (name: string) => string) => Partial<ContainerSpec>, RegExp]>([
    [
      'label file that is missing',
      at => ({labelFiles: [at('none')]}),
      /label file .*none cannot be read.*write it on this machine$/,
    ],
    ['label file that is none', at => ({labelFiles: [at('bad')]}), /bad, line 1: "no name" cannot be a name/],
    ['profile that is missing', at => ({seccompFile: at('none')}), /seccomp profile .*none cannot be read/],
    ['profile that is no JSON', at => ({seccompFile: at('env')}), /env is not JSON/],
    ['file that cannot be read', at => ({labelFiles: [at('.')]}), /cannot be read: EISDIR/],
  ])('a %s is refused', async (_, spec, words) => {
    await expect(read(spec(at))).rejects.toThrow(words)
    await expect(read(spec(at))).rejects.toMatchObject({name: 'StepError', retryable: false})
  })
})
