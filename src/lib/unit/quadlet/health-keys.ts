import {parseBoolean} from '../boolean.ts'
import {health, healthTest, integer, seconds} from '../container/translate.ts'
import {Fault} from '../fault.ts'
import {type ContainerKey, last} from './container-key.ts'

/** The keys of [Container] that say how a container's health is found out, and what follows from it. */
export const healthKeys: Readonly<Record<string, ContainerKey>> = {
  HealthCmd: last(health(healthTest)),
  HealthInterval: last((spec, value, environment) =>
    value === 'disable'
      ? new Fault('Docker has no check that only runs when asked', 'write HealthCmd=none')
      : time('intervalSeconds')(spec, value, environment),
  ),
  HealthTimeout: last(time('timeoutSeconds')),
  HealthStartPeriod: last(time('startPeriodSeconds')),
  HealthRetries: last(
    health(value => {
      const retries = integer(value)
      return retries instanceof Fault ? retries : {retries}
    }),
  ),
  Notify: last((spec, value) => {
    if (value.toLowerCase() === 'healthy') return {...spec, activeWhenHealthy: true}
    return parseBoolean(value) === false
      ? spec
      : new Fault('a container cannot notify here', 'write Notify=healthy beside HealthCmd=')
  }),
  HealthOnFailure: last((spec, value) => {
    if (value === 'none') return spec
    const onUnhealthy = (['kill', 'stop', 'restart'] as const).find(known => known === value)
    return onUnhealthy === undefined
      ? new Fault(`'${value}' is no answer to bad health`, 'write none, kill, stop or restart')
      : {...spec, onUnhealthy}
  }),
}

function time(part: 'intervalSeconds' | 'timeoutSeconds' | 'startPeriodSeconds') {
  return health(value => {
    const found = seconds(value)
    return found instanceof Fault ? found : {[part]: found}
  })
}
