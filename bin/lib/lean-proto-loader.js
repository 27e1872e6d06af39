/**
 * In the bundle, in the place of @grpc/proto-loader: what etcd3 asks of it, from a protocol that was parsed when the bundle
 * was made. The original also encodes descriptors for reflection, which takes as long as all the rest of etcd3's start.
 */
import protobuf from 'protobufjs/light.js'

/** A package definition for grpc-js of every service in the protocol (protobufjs' JSON); types are set up when first used. */
export function definePackage(protocol, options) {
  const root = protobuf.Root.fromJSON(protocol)
  return Object.fromEntries(servicesIn(root).map(service => [service.fullName.slice(1), defineService(service, options)]))
}

function servicesIn(namespace) {
  return namespace.nestedArray.flatMap(each => {
    if (each instanceof protobuf.Service) return [each]
    return each instanceof protobuf.Namespace && !(each instanceof protobuf.Type) ? servicesIn(each) : []
  })
}

function defineService(service, options) {
  const methods = service.methodsArray.map(method => {
    const request = service.lookupType(method.requestType)
    const response = service.lookupType(method.responseType)
    return [
      method.name,
      {
        path: `/${service.fullName.slice(1)}/${method.name}`,
        requestStream: Boolean(method.requestStream),
        responseStream: Boolean(method.responseStream),
        requestSerialize: message => request.encode(request.fromObject(message)).finish(),
        requestDeserialize: bytes => request.toObject(request.decode(bytes), options),
        responseSerialize: message => response.encode(response.fromObject(message)).finish(),
        responseDeserialize: bytes => response.toObject(response.decode(bytes), options),
        originalName: method.name[0].toLowerCase() + method.name.slice(1),
      },
    ]
  })
  return Object.fromEntries(methods)
}
