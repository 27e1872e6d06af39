import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {chooseSettings, type SettingSources, type Settings, settingNames} from '../../src/lib/cli/context/settings.ts'

const production = {endpoints: 'https://p:1', user: 'p:p', tunnel: 'bastion'}
const context = (by: 'flag' | 'variable' | 'current', settings: Settings = production) => ({name: 'production', settings, by})
const sources = (parts: Partial<SettingSources>): SettingSources => ({
  flags: {},
  own: {},
  theirs: {},
  context: undefined,
  ...parts,
})

describe('the cluster is', () => {
  test.each<[name: string, parts: Partial<SettingSources>, settings: Settings, context?: string | undefined, by?: string]>([
    ['this host', {}, {endpoints: 'http://127.0.0.1:2379'}],
    ['etcdctl’s', {theirs: {endpoints: 'c'}}, {endpoints: 'c'}, undefined, 'ETCDCTL_ENDPOINTS'],
    ['ours before etcdctl’s', {own: {endpoints: 'b'}, theirs: {endpoints: 'c'}}, {endpoints: 'b'}, undefined, 'CTL_ENDPOINTS'],
    ['the flag’s before all', {flags: {endpoints: 'a'}, own: {endpoints: 'b'}}, {endpoints: 'a'}, undefined, '--endpoints'],
    ['the current context’s', {context: context('current')}, production, 'production'],
    [
      'the current context’s, each setting outdone by the environment and flags',
      {flags: {tunnel: 'mine'}, theirs: {user: 'c:c'}, context: context('current')},
      {...production, user: 'c:c', tunnel: 'mine'},
      'production',
    ],
    [
      'etcdctl’s, and then the current context lends it no password and no tunnel',
      {theirs: {endpoints: 'c'}, context: context('current')},
      {endpoints: 'c'},
      undefined,
      'ETCDCTL_ENDPOINTS',
    ],
    [
      'the flag’s, and then the current context lends it nothing either',
      {flags: {endpoints: 'a'}, context: context('current')},
      {endpoints: 'a'},
      undefined,
      '--endpoints',
    ],
    [
      'that of --context, whatever the environment says',
      {own: {endpoints: 'b', user: 'b:b'}, theirs: {endpoints: 'c', cacert: 'c.pem'}, context: context('flag')},
      {...production, cacert: 'c.pem'},
      'production',
    ],
    [
      'another member of --context, by flag',
      {flags: {endpoints: 'a'}, context: context('flag')},
      {...production, endpoints: 'a'},
      'production',
      '--endpoints',
    ],
    [
      'at a --context with a tunnel alone this host as seen from there',
      {own: {endpoints: 'b', tunnel: 'other'}, context: context('flag', {tunnel: 'bastion'})},
      {endpoints: 'http://127.0.0.1:2379', tunnel: 'bastion'},
      'production',
    ],
    [
      'that of CTL_CONTEXT before etcdctl’s',
      {theirs: {endpoints: 'c', tunnel: 'fleet'}, context: context('variable', {endpoints: 'https://p:1'})},
      {endpoints: 'https://p:1'},
      'production',
    ],
    [
      'that of CTL_ENDPOINTS before that of CTL_CONTEXT',
      {own: {endpoints: 'b'}, context: context('variable')},
      {endpoints: 'b'},
      undefined,
      'CTL_ENDPOINTS',
    ],
    [
      'reached directly when the flag says so',
      {flags: {tunnel: ''}, context: context('current')},
      {endpoints: 'https://p:1', user: 'p:p'},
      'production',
    ],
    [
      'nowhere, and told so, when the flag is empty',
      {flags: {endpoints: ''}, own: {endpoints: 'b'}},
      {endpoints: ''},
      undefined,
      '--endpoints',
    ],
  ])('%s', (_, parts, settings, name, by) => {
    expect(chooseSettings(sources(parts))).toEqual({settings, context: name, endpointsBy: by})
  })
})

const anySettings = fc.record(Object.fromEntries(settingNames.map(name => [name, fc.constantFrom('a', 'b')])), {requiredKeys: []})
const anySources = fc.record({
  flags: anySettings,
  own: anySettings,
  theirs: anySettings,
  context: fc.option(
    fc.record({
      name: fc.constant('x'),
      settings: anySettings,
      by: fc.constantFrom('flag' as const, 'variable' as const, 'current' as const),
    }),
    {nil: undefined},
  ),
})

test('a flag always holds', () => {
  fc.assert(
    fc.property(anySources, each => {
      const {settings} = chooseSettings(each)
      expect(settings).toMatchObject(each.flags)
    }),
  )
})

test('a context that does not say where lends nothing', () => {
  fc.assert(
    fc.property(anySources, each => {
      const choice = chooseSettings(each)
      if (choice.context === undefined) expect(choice).toEqual(chooseSettings({...each, context: undefined}))
    }),
  )
})
