/** Other names of the same keyword; the older ones are still read by ssh. */
export const ALIASES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    identityfile2: 'identityfile',
    dsaauthentication: 'pubkeyauthentication',
    challengeresponseauthentication: 'kbdinteractiveauthentication',
    skeyauthentication: 'kbdinteractiveauthentication',
    tisauthentication: 'kbdinteractiveauthentication',
    smartcarddevice: 'pkcs11provider',
  }),
)

/** Keywords that change neither whom we talk to nor how we log in. */
export const HARMLESS: ReadonlySet<string> = new Set([
  // One connection per host is always shared, never left behind, and nobody is asked at it.
  ...['batchmode', 'controlmaster', 'controlpath', 'controlpersist', 'numberofpasswordprompts'],
  ...[
    'addkeystoagent',
    'usekeychain',
    'connectionattempts',
    'tcpkeepalive',
    'keepalive',
    'ipqos',
    'rekeylimit',
  ],
  ...['compression', 'compressionlevel', 'channeltimeout', 'versionaddendum', 'warnweakcrypto'],
  // What ssh says, and to whom.
  ...['loglevel', 'logverbose', 'syslogfacility', 'visualhostkey', 'fingerprinthash'],
  // How known_hosts is written; what it proves stays the same.
  ...['hashknownhosts', 'updatehostkeys', 'checkhostip'],
  // We open none of these, and ask for our own kind of session.
  ...[
    'forwardagent',
    'forwardx11',
    'forwardx11trusted',
    'forwardx11timeout',
    'xauthlocation',
    'gatewayports',
  ],
  ...['localforward', 'remoteforward', 'dynamicforward', 'clearallforwardings', 'exitonforwardfailure'],
  ...['permitremoteopen', 'streamlocalbindmask', 'streamlocalbindunlink', 'tunnel', 'tunneldevice'],
  ...['permitlocalcommand', 'localcommand', 'requesttty', 'escapechar', 'enableescapecommandline'],
  ...['obscurekeystroketiming', 'sendenv', 'setenv'],
  // Without a ticket ssh goes on to the next method as well; Debian and Fedora switch it on for everybody.
  ...['gssapiauthentication', 'gssapidelegatecredentials', 'gssapikeyexchange', 'gssapikexalgorithms'],
  ...['gssapiclientidentity', 'gssapiserveridentity', 'gssapirenewalforcesrekey', 'gssapitrustdns'],
  // They narrow signatures, and are in every crypto policy of Fedora; a user's certificate is refused elsewhere.
  ...['pubkeyacceptedalgorithms', 'pubkeyacceptedkeytypes', 'requiredrsasize'],
  // Nothing without what is refused below: host-based logins, canonical names, `Match tagged`.
  ...['hostbasedacceptedalgorithms', 'hostbasedkeytypes', 'enablesshkeysign', 'tag'],
  ...['canonicaldomains', 'canonicalizefallbacklocal', 'canonicalizemaxdots'],
  // ssh itself no longer looks at these.
  ...['protocol', 'cipher', 'fallbacktorsh', 'globalknownhostsfile2', 'userknownhostsfile2', 'useroaming'],
  ...['usersh', 'useprivilegedport', 'rhostsauthentication', 'rsaauthentication', 'rhostsrsaauthentication'],
  ...['afstokenpassing', 'kerberosauthentication', 'kerberostgtpassing'],
])

const OFF = ['no', 'false']

/** Keywords that we do not follow, with the values that ask for nothing: those of OpenSSH's own defaults. */
export const UNSUPPORTED: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    addressfamily: ['any'],
    bindaddress: [],
    bindinterface: [],
    canonicalizehostname: OFF,
    canonicalizepermittedcnames: ['none'],
    certificatefile: [],
    forkafterauthentication: OFF,
    hostbasedauthentication: OFF,
    kbdinteractivedevices: [],
    knownhostscommand: ['none'],
    nohostauthenticationforlocalhost: OFF,
    pkcs11provider: ['none'],
    proxyusefdpass: OFF,
    refuseconnection: [],
    // ssh refuses this one beside a command, and we always bring one.
    remotecommand: ['none'],
    revokedhostkeys: ['none'],
    securitykeyprovider: ['internal', 'none'],
    sessiontype: ['default'],
    stdinnull: OFF,
    verifyhostkeydns: OFF,
    // Lines of files that make no sense on a command line.
    host: [],
    include: [],
    match: [],
  }),
)
