// Cosigcheck makes and verifies witness cosignatures (C2SP tlog-cosignature, cosignature/v1) on top of the signed notes
// of golang.org/x/mod. It shares no code with the Python package and exists to contradict it.
package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

const kind = 4 // the signature type of a cosignature

func main() {
	file := flag.String("note", "", "file of the signed note")
	vkey := flag.String("vkey", "", "key of the witness, to verify")
	name := flag.String("name", "", "name of the witness, to sign")
	seed := flag.String("seed", "", "private key of the witness in base64, to sign")
	when := flag.Uint64("time", 0, "seconds since 1970, to sign")
	flag.Parse()
	data, err := os.ReadFile(*file)
	if err == nil && *seed != "" {
		err = sign(data, *name, *seed, *when)
	} else if err == nil {
		err = verify(data, *vkey)
	}
	if err != nil {
		fmt.Println("refused:", err)
		os.Exit(1)
	}
}

func message(when uint64, text []byte) []byte {
	return append([]byte(fmt.Sprintf("cosignature/v1\ntime %d\n", when)), text...)
}

func keyID(name string, public ed25519.PublicKey) uint32 {
	sum := sha256.Sum256(append([]byte(name+"\n"+string(rune(kind))), public...))
	return binary.BigEndian.Uint32(sum[:])
}

// cosigner is both halves of what x/mod asks for: a note.Signer and a note.Verifier.
type cosigner struct {
	name    string
	public  ed25519.PublicKey
	private ed25519.PrivateKey
	when    uint64
}

func (c *cosigner) Name() string    { return c.name }
func (c *cosigner) KeyHash() uint32 { return keyID(c.name, c.public) }

func (c *cosigner) Sign(text []byte) ([]byte, error) {
	stamp := binary.BigEndian.AppendUint64(nil, c.when)
	return append(stamp, ed25519.Sign(c.private, message(c.when, text))...), nil
}

func (c *cosigner) Verify(text, signature []byte) bool {
	if len(signature) != 8+ed25519.SignatureSize {
		return false
	}
	c.when = binary.BigEndian.Uint64(signature)
	return ed25519.Verify(c.public, message(c.when, text), signature[8:])
}

func sign(data []byte, name, seed string, when uint64) error {
	private, err := base64.StdEncoding.DecodeString(seed)
	if err != nil || len(private) != ed25519.SeedSize {
		return errors.New("the seed is not 32 bytes")
	}
	key := ed25519.NewKeyFromSeed(private)
	witness := &cosigner{name, key.Public().(ed25519.PublicKey), key, when}
	text := data[:strings.LastIndex(string(data), "\n\n")+1]
	signed, err := note.Sign(&note.Note{Text: string(text)}, witness)
	if err != nil {
		return err
	}
	fmt.Print(string(signed[len(text)+1:]))
	return nil
}

func verify(data []byte, vkey string) error {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return errors.New("the key text has not three parts")
	}
	public, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(public) != 1+ed25519.PublicKeySize || public[0] != kind {
		return errors.New("the key is not of a witness")
	}
	witness := &cosigner{name: parts[0], public: public[1:]}
	if fmt.Sprintf("%08x", witness.KeyHash()) != parts[1] {
		return errors.New("the key text has another hash")
	}
	opened, err := note.Open(data, note.VerifierList(witness))
	if err != nil {
		return err
	}
	fmt.Printf("cosigned at %d, %d signatures of others\n", witness.when, len(opened.UnverifiedSigs))
	return nil
}
