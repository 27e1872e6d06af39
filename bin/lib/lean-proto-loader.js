/**
 * In the bundle, in the place of @grpc/proto-loader: what etcd3 asks of it, from a protocol that was parsed when the bundle
 * was made. The original also encodes descriptors for reflection, which takes as long as all the rest of etcd3's start.
 */

/**
 * A package definition for grpc-js: of each of the `services` a name and methods, `protocol` says what their messages are (protobufjs'
 * JSON, as text). The messages are set up when one of them is first used, which a command that only lists does not.
 */
export function definePackage({services, protocol}, options) {
  const types = once(() => {
    const protobuf = require('protobufjs/light.js')
    return protobuf.Root.fromJSON(JSON.parse(protocol))
  })
  return Object.fromEntries(services.map(service => [service.name, defineService(service, types, options)]))
}

function defineService({name: service, methods}, types, options) {
  const defined = methods.map(({name, requestType, responseType, requestStream, responseStream}) => {
    const request = once(() => types().lookup(service).lookupType(requestType))
    const response = once(() => types().lookup(service).lookupType(responseType))
    return [
      name,
      {
        path: `/${service}/${name}`,
        requestStream,
        responseStream,
        requestSerialize: message => request().encode(request().fromObject(message)).finish(),
        requestDeserialize: bytes => request().toObject(request().decode(bytes), options),
        responseSerialize: message => response().encode(response().fromObject(message)).finish(),
        responseDeserialize: bytes => response().toObject(response().decode(bytes), options),
        originalName: name[0].toLowerCase() + name.slice(1),
      },
    ]
  })
  return Object.fromEntries(defined)
}

function once(make) {
  let made
  return () => {
    made ??= make()
    return made
  }
}
