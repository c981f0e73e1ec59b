#!/usr/bin/env node
// stays where the program ends without a result
process.exitCode = 1
require('../dist/cli.cjs')
  .main(process.argv)
  .then((code) => {
    process.exitCode = code
  })
