// What the command line does before it loads a verb, for scripts of the bench that stand for one.
import '../../src/commands/tune-collector.ts'
import { keepCompiled } from '../../src/commands/keep-compiled.ts'

keepCompiled()
