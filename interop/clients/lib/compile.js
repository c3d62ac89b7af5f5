// Compiles our contracts ahead of the tests, which run in several processes, and
// writes all for the tests in Go.
import { exportArtifacts } from './artifacts.js'

console.log(`contracts: ${exportArtifacts().join(' ')}`)
