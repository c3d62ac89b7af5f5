// Compiles one Solidity file with the pinned solc and writes its runtime code.
const fs = require('fs');
const path = require('path');
const solc = require(path.resolve('interop/clients/node_modules/solc'));

const [, , source, target] = process.argv;
const input = {
	language: 'Solidity',
	sources: { source: { content: fs.readFileSync(source, 'utf8') } },
	settings: {
		optimizer: { enabled: true, runs: 1000000 },
		evmVersion: 'prague',
		metadata: { bytecodeHash: 'none', appendCBOR: false },
		outputSelection: { '*': { '*': ['evm.deployedBytecode.object'] } },
	},
};
const output = JSON.parse(solc.compile(JSON.stringify(input)));
const faults = (output.errors || []).filter((e) => e.severity === 'error');
if (faults.length > 0) {
	console.error(faults.map((e) => e.formattedMessage).join('\n'));
	process.exit(1);
}
const contracts = Object.values(output.contracts.source);
fs.writeFileSync(target, contracts[0].evm.deployedBytecode.object + '\n');
