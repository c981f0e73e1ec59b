import { stringify } from 'yaml'
import { template } from '../templates.ts'
import { hubDoor } from './hub-door.ts'

/**
 * convecthub's default values for the JupyterHub chart; the site's own (`jhubConfig`) are merged over them. `admins`
 * are user names. With one shared password, everybody who knows it is allowed in: JupyterHub 5 needs allow_all for
 * that; earlier versions only warn about the unknown setting.
 */
export function hubDefaults(admins: readonly string[], jhubConfig: string): string {
  const { passwordOnly } = hubDoor(jhubConfig)
  const config = {
    ...(admins.length > 0 && { Authenticator: { admin_users: admins } }),
    ...(passwordOnly && { DummyAuthenticator: { allow_all: true } }),
  }
  const door = Object.keys(config).length > 0 ? stringify({ hub: { config } }, { version: '1.1' }) : ''
  return `${template('jupyterhub/values.yaml')}${door}`
}

/**
 * The values that the chart gets on the machines, the site's own last, as far as they decide which images are asked for:
 * without the names of admins, so that a rendering counts for every inventory.
 */
export function chartValues(jhubConfig: string): string[] {
  return [hubDefaults([], jhubConfig), ...(jhubConfig === '' ? [] : [jhubConfig])]
}
