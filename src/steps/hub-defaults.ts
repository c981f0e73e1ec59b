import { stringify } from 'yaml'
import { template } from '../templates.ts'
import { hubDoor } from './hub-door.ts'

/**
 * The values for the JupyterHub chart over which a site's own (`jhubConfig`) are merged. `admins`: names of users.
 * Where everybody shares one password, everybody who has it may come in: JupyterHub 5 lets in nobody unless told so,
 * and earlier ones warn of a setting that they do not know.
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
