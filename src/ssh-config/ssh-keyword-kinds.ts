/** Other names of keywords, some of them old, that ssh still accepts. */
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

/** Keywords that convecthub ignores, because they change neither which machine it connects to nor how it logs in. */
export const HARMLESS: ReadonlySet<string> = new Set([
  // convecthub always shares one connection per host, closes it at the end, and does not prompt on it.
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
  // Logging and display.
  ...['loglevel', 'logverbose', 'syslogfacility', 'visualhostkey', 'fingerprinthash'],
  // How entries of known_hosts are written, not which keys are trusted.
  ...['hashknownhosts', 'updatehostkeys', 'checkhostip'],
  // Forwarding, terminals and environment: convecthub opens its own kind of session.
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
  // GSSAPI: without a ticket ssh also continues with the next method. Debian and Fedora enable it for all users.
  ...['gssapiauthentication', 'gssapidelegatecredentials', 'gssapikeyexchange', 'gssapikexalgorithms'],
  ...['gssapiclientidentity', 'gssapiserveridentity', 'gssapirenewalforcesrekey', 'gssapitrustdns'],
  // Limits for user keys, found in every crypto policy of Fedora. User certificates are refused as CertificateFile.
  ...['pubkeyacceptedalgorithms', 'pubkeyacceptedkeytypes', 'requiredrsasize'],
  // No effect without features that are refused below: host-based logins, canonical names, `Match tagged`.
  ...['hostbasedacceptedalgorithms', 'hostbasedkeytypes', 'enablesshkeysign', 'tag'],
  ...['canonicaldomains', 'canonicalizefallbacklocal', 'canonicalizemaxdots'],
  // Obsolete keywords that ssh itself ignores.
  ...['protocol', 'cipher', 'fallbacktorsh', 'globalknownhostsfile2', 'userknownhostsfile2', 'useroaming'],
  ...['usersh', 'useprivilegedport', 'rhostsauthentication', 'rsaauthentication', 'rhostsrsaauthentication'],
  ...['afstokenpassing', 'kerberosauthentication', 'kerberostgtpassing'],
])

const OFF = ['no', 'false']

/** Keywords that convecthub does not support, with the values that are accepted because they are OpenSSH's defaults. */
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
    // ssh refuses it together with a command, and convecthub always runs a command.
    remotecommand: ['none'],
    revokedhostkeys: ['none'],
    securitykeyprovider: ['internal', 'none'],
    sessiontype: ['default'],
    stdinnull: OFF,
    verifyhostkeydns: OFF,
    // Allowed in configuration files only, not in `-o`.
    host: [],
    include: [],
    match: [],
  }),
)
