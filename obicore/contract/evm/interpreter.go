package evm

import (
	"context"

	"github.com/credibleledger/credibleledger/kernel/contract"
)

// interpret runs the code of the frame to its end and returns its output.
//
// Program counter, height of the stack and gas are kept in variables here, where the
// compiler can hold them in registers; f.pc, f.height and f.gas are set before anything
// else looks at them, and read back after it. An instruction with a fixed price that
// needs the stack and the program counter only is executed on the spot; what it pops is
// x, y and z, from the top.
func (f *frame) interpret() ([]byte, error) {
	var (
		table  = &f.session.set.table
		code   = f.code
		words  = f.stack
		traced = f.session.trace != nil
		pc     = 0
		height = 0
		gas    = f.gas
	)
	for {
		op := STOP // behind the end
		if pc < len(code) {
			op = Opcode(code[pc])
		}
		i := &table[op]
		x, y := words.at(height-1), words.at(height-2)
		if height >= int(i.least) && height <= int(i.most) && gas >= i.gas && !traced && (!i.priced || f.memory.holds(op, x)) {
			gas -= i.gas
		} else {
			f.pc, f.height, f.gas = pc, height, gas
			if err := f.begin(op, i); err != nil {
				return nil, err
			}
			gas = f.gas
		}
		switch op {
		case STOP:
			f.gas = gas
			return nil, nil
		case ADD:
			y.Add(x, y)
			height--
		case MUL:
			y.Mul(x, y)
			height--
		case SUB:
			y.Sub(x, y)
			height--
		case DIV:
			y.Div(x, y)
			height--
		case SDIV:
			y.SDiv(x, y)
			height--
		case MOD:
			y.Mod(x, y)
			height--
		case SMOD:
			y.SMod(x, y)
			height--
		case ADDMOD:
			z := words.at(height - 3)
			z.AddMod(x, y, z)
			height -= 2
		case MULMOD:
			z := words.at(height - 3)
			z.MulMod(x, y, z)
			height -= 2
		case EXP:
			y.Exp(x, y)
			height--
		case SIGNEXTEND:
			y.ExtendSign(y, x)
			height--
		case LT:
			setBool(y, x.Lt(y))
			height--
		case GT:
			setBool(y, x.Gt(y))
			height--
		case SLT:
			setBool(y, x.Slt(y))
			height--
		case SGT:
			setBool(y, x.Sgt(y))
			height--
		case EQ:
			setBool(y, x.Eq(y))
			height--
		case ISZERO:
			setBool(x, x.IsZero())
		case AND:
			y.And(x, y)
			height--
		case OR:
			y.Or(x, y)
			height--
		case XOR:
			y.Xor(x, y)
			height--
		case NOT:
			x.Not(x)
		case BYTE:
			y.Byte(x)
			height--
		case SHL:
			shiftLeft(y, x)
			height--
		case SHR:
			shiftRight(y, x)
			height--
		case SAR:
			shiftArithmetic(y, x)
			height--
		case CLZ:
			x.SetUint64(uint64(256 - x.BitLen()))

		case POP:
			height--
		case MLOAD:
			x.SetBytes32(f.memory.bytes[x.Uint64():])
		case MSTORE:
			y.PutUint256(f.memory.bytes[x.Uint64():])
			height -= 2
		case PC:
			words.at(height).SetUint64(uint64(pc))
			height++
		case GAS:
			words.at(height).SetUint64(gas)
			height++
		case JUMPDEST:
		case JUMP, JUMPI:
			taken := op == JUMP || !y.IsZero()
			height -= 1 + int(op-JUMP)
			if f.session.interrupted() {
				return nil, context.Cause(f.session.ctx)
			}
			if taken {
				if !f.canJump(x) {
					f.gas = gas
					return nil, f.fails(op, errInvalidJump)
				}
				pc = int(x.Uint64())
				continue
			}

		case PUSH0:
			words.at(height).Clear()
			height++
		case PUSH1, PUSH1 + 1:
			length := int(op - PUSH0)
			if pc+2 < len(code) {
				words.at(height).SetUint64((uint64(code[pc+1])<<8 | uint64(code[pc+2])) >> (16 - 8*length))
			} else {
				push(words.at(height), code, pc+1, length)
			}
			height++
			pc += length
		case DUP1, DUP1 + 1, DUP1 + 2, DUP1 + 3, DUP1 + 4, DUP1 + 5, DUP1 + 6, DUP1 + 7,
			DUP1 + 8, DUP1 + 9, DUP1 + 10, DUP1 + 11, DUP1 + 12, DUP1 + 13, DUP1 + 14, DUP16:
			*words.at(height) = *words.at(height - 1 - int(op-DUP1))
			height++
		case SWAP1, SWAP1 + 1, SWAP1 + 2, SWAP1 + 3, SWAP1 + 4, SWAP1 + 5, SWAP1 + 6, SWAP1 + 7,
			SWAP1 + 8, SWAP1 + 9, SWAP1 + 10, SWAP1 + 11, SWAP1 + 12, SWAP1 + 13, SWAP1 + 14, SWAP16:
			other := words.at(height - 2 - int(op-SWAP1))
			*x, *other = *other, *x

		case RETURN:
			return clone(f.memory.view(x, y)), nil
		case REVERT:
			return clone(f.memory.view(x, y)), f.fails(op, contract.ErrRevert)
		case SELFDESTRUCT:
			f.selfDestruct()
			return nil, nil
		default:
			if op >= PUSH1 && op <= PUSH32 {
				length := int(op - PUSH0)
				push(words.at(height), code, pc+1, length)
				height++
				pc += length
				break
			}
			f.pc, f.height, f.gas = pc, height, gas
			if err := f.execute(op); err != nil {
				return nil, f.fails(op, err)
			}
			height, gas = f.height, f.gas
		}
		pc++
	}
}

// begin charges an instruction, shows it to a tracer and makes room in memory.
func (f *frame) begin(op Opcode, i *instruction) error {
	size, err := f.charge(op, i)
	if f.session.trace != nil {
		f.show(op, err)
	}
	if err == nil {
		f.memory.grow(size)
	}
	return err
}

// fails shows a tracer that the instruction which it has seen beginning fails.
func (f *frame) fails(op Opcode, err error) error {
	if f.session.trace != nil {
		f.show(op, err)
	}
	return err
}
