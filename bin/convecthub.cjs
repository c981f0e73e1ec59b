#!/usr/bin/env node
require('../dist/cli.cjs')
  .main(process.argv)
  .then((code) => {
    process.exitCode = code
  })
