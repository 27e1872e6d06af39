/**
 * Unit files of about 40 lines, each different from all others: of four, two are made of docker lines, one is a
 * [Container], one runs shell scripts through systemd.
 */
export function unitTexts(count: number): readonly NamedText[] {
  return Array.from({length: count}, (_, index) => {
    const kind = kinds[index % kinds.length] ?? dockerUnit
    return {name: `${kind.name.toLowerCase()}-${index}@${index % 7}.service`, text: kind(index)}
  })
}

export interface NamedText {
  readonly name: string
  readonly text: string
}

const kinds = [dockerUnit, containerUnit, dockerUnit, scriptUnit]

function dockerUnit(index: number): string {
  return `[Unit]
Description=Storefront ${index}, instance %i
Documentation=https://example.com/storefront/${index}
# The engine, and what it announces itself to
After=docker.service
Requires=docker.service
After=registrator-${index}.service
Wants=registrator-${index}.service

[Service]
User=core
Restart=always
RestartSec=10s
TimeoutStartSec=0
TimeoutStopSec=30
KillMode=none
EnvironmentFile=-/etc/storefront/${index}.env
Environment=REGION=eu-${index % 5} "JAVA_OPTS=-Xmx512m -Xms128m"
Environment=LOG_LEVEL=info
ExecStartPre=-/usr/bin/docker kill storefront-${index}-%i
ExecStartPre=-/usr/bin/docker rm storefront-${index}-%i
ExecStartPre=/usr/bin/docker pull registry.example.com/shop/storefront:1.${index}
ExecStart=/usr/bin/docker run --rm \\
  --name storefront-${index}-%i \\
  --hostname %H \\
  -p ${8000 + (index % 999)}:8080 \\
  -v /var/lib/storefront/${index}:/data:ro \\
  -e SERVICE_NAME=storefront-${index} \\
  -e REGION=\${REGION} \\
  -e "JAVA_OPTS=\${JAVA_OPTS}" \\
  --memory 512m \\
  --log-driver journald \\
  registry.example.com/shop/storefront:1.${index} \\
  --listen 0.0.0.0:8080 --peer 'storefront-${index}'
ExecStop=/usr/bin/docker stop -t 20 storefront-${index}-%i

[X-Fleet]
Conflicts=storefront-${index}@*.service
MachineMetadata=role=web
MachineMetadata=zone=${index % 3}
`
}

function containerUnit(index: number): string {
  return `# Orders ${index}, from the registry of the shop
[Unit]
Description=Orders ${index}, instance %i
Documentation=https://example.com/orders/${index}
After=network-online.target
Wants=network-online.target
StartLimitIntervalSec=60
StartLimitBurst=5

[Container]
Image=registry.example.com/shop/orders:2.${index}
ContainerName=orders-${index}-%i
Exec=serve --port 8080 --name "orders %i" --workers 4
Environment=REGION=eu-${index % 5} LOG_LEVEL=info
Environment="GREETING=hello from ${index}"
EnvironmentFile=/etc/orders/${index}.env
PublishPort=${8000 + (index % 999)}:8080
PublishPort=127.0.0.1:9100:9100/tcp
Volume=/var/lib/orders/${index}:/data:rw
Volume=/etc/orders:/etc/orders:ro
Tmpfs=/tmp:size=64m
Network=host
Label=team=shop
Label=tier=backend
AddCapability=NET_BIND_SERVICE
HealthCmd=wget -qO- http://localhost:8080/health
HealthInterval=10s
HealthRetries=3
StopTimeout=20

[Service]
Restart=on-failure
RestartSec=5
TimeoutStopSec=45
MemoryMax=512M
CPUQuota=50%
LimitNOFILE=65536

[X-Fleet]
Conflicts=orders-${index}@*.service
MachineMetadata=disk=ssd
`
}

function scriptUnit(index: number): string {
  return `[Unit]
Description=Announces ${index}
Documentation=https://example.com/announce/${index}
BindsTo=storefront-${index}@%i.service
After=storefront-${index}@%i.service
After=etcd.service
Requires=etcd.service

[Service]
Type=simple
Restart=always
RestartSec=5s
TimeoutStartSec=2min 30s
TimeoutStopSec=15
KillMode=control-group
SyslogIdentifier=announce-${index}
Environment=TTL=60 INTERVAL=45
Environment="ANNOUNCE_KEY=/services/storefront/${index}/%i"
EnvironmentFile=/etc/environment
EnvironmentFile=-/etc/announce/${index}.env
ExecStartPre=/bin/sh -c 'until etcdctl cluster-health; do sleep 1; done'
ExecStartPre=-/usr/bin/mkdir -p /var/run/announce/${index}
ExecStart=/bin/bash -c "\\
  while true; do \\
    port=$(docker port storefront-${index}-%i 8080 | cut -d: -f2); \\
    if [ -n \\"$port\\" ]; then \\
      etcdctl set $ANNOUNCE_KEY $\{COREOS_PRIVATE_IPV4}:$port --ttl $TTL; \\
    else \\
      etcdctl rm $ANNOUNCE_KEY; \\
    fi; \\
    sleep $INTERVAL; \\
  done"
ExecStop=/usr/bin/etcdctl rm /services/storefront/${index}/%i
ExecStopPost=-/bin/rm -rf /var/run/announce/${index}

[X-Fleet]
MachineOf=storefront-${index}@%i.service
MachineMetadata=role=web

[Install]
WantedBy=multi-user.target
`
}
