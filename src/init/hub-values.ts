/** The name of the file with the site's values, beside the inventory. */
export const HUB_VALUES_FILE = 'jupyterhub.yaml'

/** A new file for jhub_config_path. All of it is comments, so it changes nothing until somebody takes a # away. */
export const HUB_VALUES_TEXT = `# Values for the JupyterHub chart, which convecthub merges over its own. After a change: convecthub provision
# All settings: https://z2jh.jupyter.org/en/stable/resources/reference.html
# What follows are examples. To use one, take the # away in front of its lines, and set what your site needs.

# What a notebook is promised (guarantee), what it may take at most (limit), and the size of a user's home.
#singleuser:
#  cpu: {guarantee: 0.5, limit: 4}
#  memory: {guarantee: 1G, limit: 8G}
#  storage: {capacity: 20Gi}

# A notebook that nobody has used for so many seconds is stopped.
#cull: {timeout: 7200}

# How users log in. Without this all log in with one password: convecthub hub password
#hub:
#  config:
#    JupyterHub:
#      authenticator_class: ldapauthenticator.LDAPAuthenticator
#    LDAPAuthenticator:
#      server_address: ldap.example
#      bind_dn_template: ["uid={username},ou=people,dc=example"]
#    Authenticator:
#      allowed_users: [ada, grace]
#      admin_users: [ada]
`
