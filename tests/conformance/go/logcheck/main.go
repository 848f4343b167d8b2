// Logcheck verifies a log directory (C2SP tlog-tiles) with golang.org/x/mod alone: signed note, Merkle tree, tiles.
// It shares no code with the Python package and exists to contradict it.
package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8 // of a tile: 256 hashes

func main() {
	log := flag.String("log", "", "directory of the log")
	vkey := flag.String("vkey", "", "key of the log")
	seen := flag.String("seen", "", "file of a checkpoint that was seen before")
	flag.Parse()
	size, err := check(*log, *vkey, *seen)
	if err != nil {
		fmt.Println("refused:", err)
		os.Exit(1)
	}
	fmt.Printf("verified %d entries\n", size)
}

func check(log, vkey, seen string) (int64, error) {
	tree, err := readCheckpoint(filepath.Join(log, "checkpoint"), vkey)
	if err != nil {
		return 0, err
	}
	hashes, err := replay(log, tree.N)
	if err != nil {
		return 0, err
	}
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		found := make([]tlog.Hash, len(indexes))
		for at, index := range indexes {
			found[at] = hashes[index]
		}
		return found, nil
	})
	for _, tile := range tlog.NewTiles(height, 0, tree.N) {
		// NewTiles also lists the narrower partial tiles, which C2SP asks for only where a checkpoint needed them.
		if last := tree.N >> (height * tile.L) % (1 << height); tile.W < 1<<height && int64(tile.W) != last {
			continue
		}
		if err := checkTile(log, tile, reader); err != nil {
			return 0, err
		}
	}
	root, err := tlog.TreeHash(tree.N, reader)
	if err != nil {
		return 0, err
	}
	if root != tree.Hash {
		return 0, errors.New("the entries lead to another root than the checkpoint names")
	}
	if seen != "" {
		return tree.N, checkSeen(seen, vkey, tree, reader)
	}
	return tree.N, nil
}

// readCheckpoint verifies the note; its first lines must be the key's name, the size and the root.
func readCheckpoint(path, vkey string) (tlog.Tree, error) {
	var tree tlog.Tree
	data, err := os.ReadFile(path)
	if err != nil {
		return tree, err
	}
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return tree, err
	}
	opened, err := note.Open(data, note.VerifierList(verifier))
	if err != nil {
		return tree, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != verifier.Name() {
		return tree, errors.New("the checkpoint is not of this log")
	}
	if tree.N, err = strconv.ParseInt(lines[1], 10, 64); err != nil {
		return tree, err
	}
	tree.Hash, err = tlog.ParseHash(lines[2])
	return tree, err
}

// replay hashes every entry and gives the hashes of the whole tree in the order in which x/mod stores them.
func replay(log string, size int64) ([]tlog.Hash, error) {
	var hashes []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		found := make([]tlog.Hash, len(indexes))
		for at, index := range indexes {
			found[at] = hashes[index]
		}
		return found, nil
	})
	for start := int64(0); start < size; start += 1 << height {
		width := size - start
		if width > 1<<height {
			width = 1 << height
		}
		bundle := tlog.Tile{H: height, L: -1, N: start >> height, W: int(width)}
		data, err := os.ReadFile(filepath.Join(log, path(bundle)))
		if err != nil {
			return nil, err
		}
		for n := start; n < start+width; n++ {
			if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
				return nil, fmt.Errorf("entry %d is cut off", n)
			}
			end := 2 + int(binary.BigEndian.Uint16(data))
			stored, err := tlog.StoredHashes(n, data[2:end], reader)
			if err != nil {
				return nil, err
			}
			hashes, data = append(hashes, stored...), data[end:]
		}
		if len(data) > 0 {
			return nil, fmt.Errorf("%s has %d bytes too many", path(bundle), len(data))
		}
	}
	return hashes, nil
}

func checkTile(log string, tile tlog.Tile, reader tlog.HashReader) error {
	want, err := tlog.ReadTileData(tile, reader)
	if err != nil {
		return err
	}
	have, err := os.ReadFile(filepath.Join(log, path(tile)))
	if err == nil && !bytes.Equal(have, want) {
		err = fmt.Errorf("%s is not what the entries demand", path(tile))
	}
	return err
}

func checkSeen(path, vkey string, tree tlog.Tree, reader tlog.HashReader) error {
	old, err := readCheckpoint(path, vkey)
	if err != nil {
		return err
	}
	if old.N > tree.N || old.N == tree.N && old.Hash != tree.Hash {
		return errors.New("the log is not the one that was seen before")
	}
	proof, err := tlog.ProveTree(tree.N, old.N, reader)
	if err != nil {
		return err
	}
	return tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash)
}

// path gives the place of a tile by C2SP: x/mod's own paths name the height and call entries data.
func path(tile tlog.Tile) string {
	place := strings.TrimPrefix(tile.Path(), fmt.Sprintf("tile/%d/", height))
	return "tile/" + strings.Replace(place, "data/", "entries/", 1)
}
