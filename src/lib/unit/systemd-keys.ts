/** The keys that systemd knows in each section, up to version 258; those of obsolete spelling too. */
export function systemdKeys(section: string): ReadonlySet<string> | undefined {
  return keysOfSections.get(section)
}

/** The sections that systemd reads, in the order in which a key that stands elsewhere is looked for. */
export const systemdSections = [
  'Service',
  'Unit',
  'Install',
  'Timer',
  'Socket',
  'Path',
  'Mount',
  'Automount',
  'Swap',
  'Slice',
  'Scope',
] as const

const words = (text: string): string[] => text.trim().split(/\s+/)

/** systemd.exec(5) */
const exec = words(`
  TimeoutSec WorkingDirectory RootDirectory RootImage RootImageOptions RootImagePolicy RootHash RootHashSignature RootVerity
  RootEphemeral ExtensionDirectories ExtensionImages ExtensionImagePolicy MountImages MountImagePolicy User Group
  SupplementaryGroups SetLoginEnvironment Nice OOMScoreAdjust CoredumpFilter IOSchedulingClass IOSchedulingPriority
  CPUSchedulingPolicy CPUSchedulingPriority CPUSchedulingResetOnFork CPUAffinity NUMAPolicy NUMAMask UMask Environment
  EnvironmentFile PassEnvironment UnsetEnvironment DynamicUser RemoveIPC StandardInput StandardOutput StandardError
  StandardInputText StandardInputData TTYPath TTYReset TTYVHangup TTYVTDisallocate TTYRows TTYColumns SyslogIdentifier
  SyslogFacility SyslogLevel SyslogLevelPrefix LogLevelMax LogRateLimitIntervalSec LogRateLimitBurst LogExtraFields
  LogFilterPatterns LogNamespace Capabilities SecureBits CapabilityBoundingSet AmbientCapabilities TimerSlackNSec
  NoNewPrivileges KeyringMode ProtectProc ProcSubset PrivateBPF BPFDelegateCommands BPFDelegateMaps BPFDelegatePrograms
  BPFDelegateAttachments SystemCallFilter SystemCallArchitectures SystemCallErrorNumber SystemCallLog MemoryDenyWriteExecute
  RestrictNamespaces DelegateNamespaces RestrictRealtime RestrictSUIDSGID RestrictAddressFamilies LockPersonality
  RestrictFileSystems LimitCPU LimitFSIZE LimitDATA LimitSTACK LimitCORE LimitRSS LimitNOFILE LimitAS LimitNPROC LimitMEMLOCK
  LimitLOCKS LimitSIGPENDING LimitMSGQUEUE LimitNICE LimitRTPRIO LimitRTTIME ReadWriteDirectories ReadOnlyDirectories
  InaccessibleDirectories ReadWritePaths ReadOnlyPaths InaccessiblePaths ExecPaths NoExecPaths ExecSearchPath BindPaths
  BindReadOnlyPaths TemporaryFileSystem PrivateTmp PrivateDevices PrivateNetwork PrivateUsers PrivateMounts PrivateIPC
  PrivatePIDs ProtectKernelTunables ProtectKernelModules ProtectKernelLogs ProtectClock ProtectControlGroups ProtectSystem
  ProtectHome ProtectHostname NetworkNamespacePath IPCNamespacePath MountFlags MountAPIVFS BindLogSockets Personality
  RuntimeDirectoryPreserve RuntimeDirectoryMode RuntimeDirectory StateDirectoryMode StateDirectory StateDirectoryAccounting
  StateDirectoryQuota CacheDirectoryMode CacheDirectory CacheDirectoryAccounting CacheDirectoryQuota LogsDirectoryMode
  LogsDirectory LogsDirectoryAccounting LogsDirectoryQuota ConfigurationDirectoryMode ConfigurationDirectory SetCredential
  SetCredentialEncrypted LoadCredential LoadCredentialEncrypted ImportCredential TimeoutCleanSec PAMName IgnoreSIGPIPE
  UtmpIdentifier UtmpMode SELinuxContext AppArmorProfile SmackProcessLabel MemoryKSM
`)

/** systemd.kill(5) */
const kill = words('KillMode KillSignal RestartKillSignal SendSIGHUP SendSIGKILL FinalKillSignal WatchdogSignal')

/** systemd.resource-control(5) */
const resources = words(`
  Slice AllowedCPUs StartupAllowedCPUs AllowedMemoryNodes StartupAllowedMemoryNodes CPUAccounting CPUWeight StartupCPUWeight
  CPUShares StartupCPUShares CPUQuota CPUQuotaPeriodSec MemoryAccounting MemoryMin DefaultMemoryMin DefaultMemoryLow
  DefaultStartupMemoryLow MemoryLow StartupMemoryLow MemoryHigh StartupMemoryHigh MemoryMax StartupMemoryMax MemorySwapMax
  StartupMemorySwapMax MemoryZSwapMax StartupMemoryZSwapMax MemoryZSwapWriteback MemoryLimit MemoryPressureWatch
  MemoryPressureThresholdSec DeviceAllow DevicePolicy IOAccounting IOWeight StartupIOWeight IODeviceWeight IOReadBandwidthMax
  IOWriteBandwidthMax IOReadIOPSMax IOWriteIOPSMax IODeviceLatencyTargetSec BlockIOAccounting BlockIOWeight
  StartupBlockIOWeight BlockIODeviceWeight BlockIOReadBandwidth BlockIOWriteBandwidth TasksAccounting TasksMax Delegate
  DelegateSubgroup DisableControllers IPAccounting IPAddressAllow IPAddressDeny IPIngressFilterPath IPEgressFilterPath
  ManagedOOMSwap ManagedOOMMemoryPressure ManagedOOMMemoryPressureLimit ManagedOOMMemoryPressureDurationSec
  ManagedOOMPreference BPFProgram SocketBindAllow SocketBindDeny RestrictNetworkInterfaces NFTSet CoredumpReceive
  NetClass
`)

/** What conditions and assertions are about (systemd.unit(5), "Conditions and Asserts"). */
const conditions = words(`
  PathExists PathExistsGlob PathIsDirectory PathIsSymbolicLink PathIsMountPoint PathIsReadWrite PathIsEncrypted
  DirectoryNotEmpty FileNotEmpty FileIsExecutable NeedsUpdate FirstBoot Architecture Firmware Virtualization Host
  KernelCommandLine KernelVersion Version KernelModuleLoaded Credential Security Capability ACPower Memory CPUFeature CPUs
  Environment User Group ControlGroupController OSRelease MemoryPressure CPUPressure IOPressure
`)

/** systemd.unit(5), "[Unit] Section Options" */
const unit = words(`
  Description Documentation SourcePath Requires Requisite Wants BindsTo BindTo Upholds Conflicts Before After OnSuccess
  OnFailure PropagatesReloadTo PropagateReloadTo ReloadPropagatedFrom PropagateReloadFrom PropagatesStopTo StopPropagatedFrom
  PartOf JoinsNamespaceOf RequiresOverridable RequisiteOverridable RequiresMountsFor WantsMountsFor StopWhenUnneeded
  RefuseManualStart RefuseManualStop AllowIsolate DefaultDependencies SurviveFinalKillSignal OnSuccessJobMode
  OnFailureJobMode OnFailureIsolate IgnoreOnIsolate IgnoreOnSnapshot JobTimeoutSec JobRunningTimeoutSec JobTimeoutAction
  JobTimeoutRebootArgument StartLimitIntervalSec StartLimitInterval StartLimitBurst StartLimitAction FailureAction
  SuccessAction FailureActionExitStatus SuccessActionExitStatus RebootArgument CollectMode DebugInvocation ConditionNull
`)

const service = words(`
  Type ExitType PIDFile BusName BusPolicy ExecCondition ExecStartPre ExecStart ExecStartPost ExecReload ExecReloadPost
  ExecStop ExecStopPost Restart RestartMode RestartSec RestartSteps RestartMaxDelaySec RestartPreventExitStatus
  RestartForceExitStatus SuccessExitStatus TimeoutStartSec TimeoutStopSec TimeoutAbortSec TimeoutStartFailureMode
  TimeoutStopFailureMode RuntimeMaxSec RuntimeRandomizedExtraSec WatchdogSec StartLimitInterval StartLimitIntervalSec
  StartLimitBurst StartLimitAction FailureAction RebootArgument PermissionsStartOnly RootDirectoryStartOnly RemainAfterExit
  GuessMainPID NonBlocking FileDescriptorStoreMax FileDescriptorStorePreserve NotifyAccess Sockets OpenFile ReloadSignal
  RefreshOnReload USBFunctionDescriptors USBFunctionStrings OOMPolicy SysVStartPriority
`)

const socket = words(`
  ListenStream ListenDatagram ListenSequentialPacket ListenFIFO ListenNetlink ListenSpecial ListenMessageQueue
  ListenUSBFunction SocketProtocol BindIPv6Only Backlog BindToDevice ExecStartPre ExecStartPost ExecStopPre ExecStopPost
  SocketUser SocketGroup SocketMode DirectoryMode Accept FlushPending Writable MaxConnections MaxConnectionsPerSource KeepAlive
  KeepAliveTimeSec KeepAliveIntervalSec KeepAliveProbes DeferAcceptSec NoDelay Priority ReceiveBuffer SendBuffer IPTOS IPTTL
  Mark PipeSize FreeBind Transparent Broadcast PassCredentials PassPIDFD PassSecurity PassPacketInfo
  AcceptFileDescriptors Timestamping TCPCongestion ReusePort MessageQueueMaxMessages MessageQueueMessageSize RemoveOnStop
  Symlinks FileDescriptorName Service TriggerLimitIntervalSec TriggerLimitBurst PollLimitIntervalSec PollLimitBurst
  DeferTrigger DeferTriggerMaxSec PassFileDescriptorsToExec SmackLabel SmackLabelIPIn SmackLabelIPOut SELinuxContextFromNet
`)

const timer = words(`
  OnCalendar OnActiveSec OnBootSec OnStartupSec OnUnitActiveSec OnUnitInactiveSec OnClockChange OnTimezoneChange Persistent
  WakeSystem RemainAfterElapse FixedRandomDelay AccuracySec RandomizedDelaySec RandomizedOffsetSec DeferReactivation Unit
`)

const path = words(`
  PathExists PathExistsGlob PathChanged PathModified DirectoryNotEmpty Unit MakeDirectory DirectoryMode
  TriggerLimitIntervalSec TriggerLimitBurst
`)

const mount = words('What Where Options Type DirectoryMode SloppyOptions LazyUnmount ForceUnmount ReadWriteOnly')

const keysOfSections: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['Unit', new Set([...unit, ...conditions.flatMap(about => [`Condition${about}`, `Assert${about}`])])],
  ['Install', new Set(words('Alias WantedBy RequiredBy UpheldBy Also DefaultInstance'))],
  ['Service', new Set([...service, ...exec, ...kill, ...resources])],
  ['Socket', new Set([...socket, ...exec, ...kill, ...resources])],
  ['Mount', new Set([...mount, ...exec, ...kill, ...resources])],
  ['Swap', new Set([...words('What Priority Options'), ...exec, ...kill, ...resources])],
  ['Automount', new Set(words('Where ExtraOptions DirectoryMode TimeoutIdleSec'))],
  ['Timer', new Set(timer)],
  ['Path', new Set(path)],
  ['Slice', new Set([...words('ConcurrencyHardMax ConcurrencySoftMax'), ...resources])],
  [
    'Scope',
    new Set([...words('RuntimeMaxSec RuntimeRandomizedExtraSec TimeoutStopSec OOMPolicy User Group'), ...kill, ...resources]),
  ],
])
