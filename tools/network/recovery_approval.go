package network

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// approvedFile holds the approval of a recovery that is not adopted yet, in a node's home.
const approvedFile = "recovery.approval.json"

// remember writes an approval down before it is given to anybody.
func remember(home string, approval *RecoveryApproval) error {
	switch before, err := remembered(home); {
	case err != nil:
		return err
	case before != nil && before.Digest != approval.Digest:
		return fmt.Errorf("network: this node has approved another recovery; two that are approved may make two chains: only when all organisations have given that one up, remove %s", filepath.Join(home, approvedFile))
	}
	file, err := json.MarshalIndent(approval, "", "  ")
	if err != nil {
		return err
	}
	return writeFile(filepath.Join(home, approvedFile), file)
}

func remembered(home string) (*RecoveryApproval, error) {
	file, err := os.ReadFile(filepath.Join(home, approvedFile))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	approval := &RecoveryApproval{}
	if err := json.Unmarshal(file, approval); err != nil {
		return nil, fmt.Errorf("%s: %w", approvedFile, err)
	}
	return approval, nil
}

func forget(home string) error {
	if err := os.Remove(filepath.Join(home, approvedFile)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// awaitsRecovery refuses to start the node of a home that has approved a recovery and not
// adopted it: what it decided by the old set would be given up by the new one.
func awaitsRecovery(home string) error {
	approval, err := remembered(home)
	if err == nil && approval != nil {
		err = fmt.Errorf("network: this node has approved a recovery: adopt it, or, when all organisations have given it up, remove %s", filepath.Join(home, approvedFile))
	}
	return err
}
