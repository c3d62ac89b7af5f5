package quantity

import "encoding/hex"

// badDigit marks a byte that is no hexadecimal digit.
const badDigit = 0xff

func digit(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10
	default:
		return badDigit
	}
}

// cutPrefix returns what follows 0x.
func cutPrefix(text []byte) ([]byte, error) {
	if len(text) == 0 {
		return nil, ErrEmpty
	}
	if len(text) < 2 || text[0] != '0' || text[1] != 'x' && text[1] != 'X' {
		return nil, ErrMissingPrefix
	}
	return text[2:], nil
}

// number returns the digits of a quantity. That they are digits is left to the caller, who reads each of them anyway.
func number(text []byte) ([]byte, error) {
	digits, err := cutPrefix(text)
	if err != nil {
		return nil, err
	}
	if len(digits) == 0 {
		return nil, ErrEmptyNumber
	}
	if len(digits) > 1 && digits[0] == '0' {
		return nil, ErrLeadingZero
	}
	return digits, nil
}

func parseUint64(text []byte) (uint64, error) {
	digits, err := number(text)
	if err != nil {
		return 0, err
	}
	if len(digits) > 16 {
		return 0, ErrUint64Range
	}
	v := uint64(0)
	for _, c := range digits {
		d := digit(c)
		if d == badDigit {
			return 0, ErrSyntax
		}
		v = v<<4 | uint64(d)
	}
	return v, nil
}

// evenDigits returns the digits of data, still unchecked.
func evenDigits(text []byte) ([]byte, error) {
	digits, err := cutPrefix(text)
	if err != nil {
		return nil, err
	}
	if len(digits)%2 != 0 {
		return nil, ErrOddLength
	}
	return digits, nil
}

// decodeFixed reads exactly len(out) bytes; out is unchanged on error.
func decodeFixed(out, text []byte, name string) error {
	digits, err := evenDigits(text)
	if err != nil {
		return err
	}
	if len(digits) != 2*len(out) {
		return &lengthError{have: len(digits), want: 2 * len(out), name: name}
	}
	for _, c := range digits {
		if digit(c) == badDigit {
			return ErrSyntax
		}
	}
	_, err = hex.Decode(out, digits)
	return err
}

func appendData(dst, data []byte) []byte {
	return hex.AppendEncode(append(dst, "0x"...), data)
}
