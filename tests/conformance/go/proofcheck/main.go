// Proofcheck verifies a proof file (C2SP tlog-proof) for one entry with golang.org/x/mod alone.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	proof := flag.String("proof", "", "the proof file")
	entry := flag.String("entry", "", "file with the bytes of the entry")
	vkey := flag.String("vkey", "", "key of the log")
	flag.Parse()
	index, err := check(*proof, *entry, *vkey)
	if err != nil {
		fmt.Println("refused:", err)
		os.Exit(1)
	}
	fmt.Printf("entry %d is in the log\n", index)
}

func check(proofPath, entryPath, vkey string) (int64, error) {
	data, err := os.ReadFile(proofPath)
	if err != nil {
		return 0, err
	}
	entry, err := os.ReadFile(entryPath)
	if err != nil {
		return 0, err
	}
	head, signed, found := bytes.Cut(data, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	if !found || lines[0] != "c2sp.org/tlog-proof@v1" {
		return 0, errors.New("not a proof file")
	}
	lines = lines[1:]
	if len(lines) > 0 && strings.HasPrefix(lines[0], "extra ") {
		lines = lines[1:]
	}
	if len(lines) == 0 || !strings.HasPrefix(lines[0], "index ") {
		return 0, errors.New("no index")
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[0], "index "), 10, 64)
	if err != nil {
		return 0, err
	}
	var proof tlog.RecordProof
	for _, line := range lines[1:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return 0, err
		}
		proof = append(proof, hash)
	}
	size, root, err := head3(signed, vkey)
	if err != nil {
		return 0, err
	}
	if index < 0 || index >= size {
		return 0, errors.New("the index is not below the size")
	}
	return index, tlog.CheckRecord(proof, size, root, index, tlog.RecordHash(entry))
}

// head3 verifies the checkpoint and gives size and root out of its first three lines.
func head3(signed []byte, vkey string) (size int64, root tlog.Hash, err error) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return 0, root, err
	}
	opened, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		return 0, root, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != verifier.Name() {
		return 0, root, errors.New("the checkpoint is not of this log")
	}
	if size, err = strconv.ParseInt(lines[1], 10, 64); err == nil {
		root, err = tlog.ParseHash(lines[2])
	}
	return size, root, err
}
