import { execFile, spawn, spawnSync } from 'node:child_process'
import { createConnection, createServer } from 'node:net'
import { expect, it } from 'vitest'

it.each([
  { by: 'spawn', begin: () => spawn('true') },
  { by: 'execFile', begin: () => execFile('true') },
  { by: 'spawnSync', begin: () => spawnSync('true') },
])('a unit test cannot start a program with $by', ({ begin }) => {
  expect(begin).toThrow('a unit test starts no program')
})

it.each([
  { by: 'listen', begin: () => createServer().listen(0, '127.0.0.1') },
  { by: 'connect', begin: () => createConnection(22, '127.0.0.1') },
])('a unit test cannot open a socket with $by', ({ begin }) => {
  expect(begin).toThrow('a unit test opens no socket')
})
