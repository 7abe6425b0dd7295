package seed

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/scrypt"
)

// Errors of Load, told apart with errors.Is. A device without a kept seed is fs.ErrNotExist.
var (
	// ErrPassphrase means that the passphrase is not the one the seed was sealed with.
	ErrPassphrase = errors.New("this is not the passphrase that the seed was sealed with")
	// ErrDamaged means that the file was changed since it was written.
	ErrDamaged = errors.New("the file with the seed is damaged")
	// ErrNewer means that a newer program wrote the file.
	ErrNewer = errors.New("the file with the seed was written by a newer program")
)

const (
	fileSchema = 1
	suffix     = ".seed"
	maxFile    = 64 << 10
)

// cost is what one guess at a passphrase takes.
type cost struct{ n, r, p int }

// fileCost is twice the memory that golang.org/x/crypto/scrypt recommends for logins: 64 MB and about 0.2 s.
var fileCost = cost{n: 1 << 16, r: 8, p: 1}

// sealed is the file. Everything but Data is readable and, through the seal, can't be changed unseen.
type sealed struct {
	Schema int    `json:"schema"`
	Serial string `json:"serial"`
	N      int    `json:"n"`
	R      int    `json:"r"`
	P      int    `json:"p"`
	Salt   []byte `json:"salt"`
	Check  []byte `json:"check"` // tells a wrong passphrase from a damaged file
	Nonce  []byte `json:"nonce"`
	Data   []byte `json:"data,omitempty"`
}

// inside is what Data holds.
type inside struct {
	Issuer    string `json:"issuer,omitempty"`
	Account   string `json:"account,omitempty"`
	Period    int    `json:"period"`
	Algorithm string `json:"algorithm"`
	Secret    []byte `json:"secret"`
}

// Save seals s for the device serial in dir, which is made if it is not there, and replaces what was kept for it. It
// takes about 0.2 s: not for the loop that draws.
func Save(dir, serial string, s *Seed, passphrase []byte) error {
	return save(dir, serial, s, passphrase, fileCost)
}

func save(dir, serial string, s *Seed, passphrase []byte, c cost) error {
	if serial == "" {
		return errors.New("a seed is kept for a device: its serial number is missing")
	}
	if len(passphrase) == 0 {
		return errors.New("a seed is kept under a passphrase: it is empty")
	}
	if len(s.secret) == 0 {
		return errors.New("the seed was wiped")
	}
	f := sealed{Schema: fileSchema, Serial: serial, N: c.n, R: c.r, P: c.p, Salt: random(16), Nonce: random(12)}
	aead, check, err := f.key(passphrase)
	if err != nil {
		return err
	}
	f.Check = check
	plain, err := json.Marshal(inside{Issuer: s.Issuer, Account: s.Account, Period: int(s.Period / time.Second),
		Algorithm: s.algorithm.String(), Secret: s.secret})
	if err != nil {
		return fmt.Errorf("the seed can't be written: %w", err)
	}
	defer clear(plain)
	f.Data = aead.Seal(nil, f.Nonce, plain, f.header())
	b, err := json.Marshal(f)
	if err != nil {
		return fmt.Errorf("the seed can't be written: %w", err)
	}
	return replace(dir, name(serial), append(b, '\n'))
}

// Load opens the seed that is kept for the device serial in dir. It takes about 0.2 s: not for the loop that draws.
func Load(dir, serial string, passphrase []byte) (*Seed, error) {
	f, err := read(filepath.Join(dir, name(serial)))
	if err != nil {
		return nil, err
	}
	if f.Serial != serial {
		return nil, fmt.Errorf("%w: it is another device's", ErrDamaged)
	}
	aead, check, err := f.key(passphrase)
	if err != nil {
		return nil, err
	}
	if subtle.ConstantTimeCompare(check, f.Check) != 1 {
		return nil, ErrPassphrase
	}
	plain, err := aead.Open(nil, f.Nonce, f.Data, f.header())
	if err != nil {
		return nil, fmt.Errorf("%w: its seal is broken", ErrDamaged)
	}
	defer clear(plain)
	return unpack(plain)
}

func unpack(plain []byte) (*Seed, error) {
	var in inside
	if err := json.Unmarshal(plain, &in); err != nil {
		return nil, fmt.Errorf("%w: it can't be read", ErrDamaged)
	}
	algorithm, err := algorithmOf(in.Algorithm)
	if err != nil || in.Period < 1 || in.Period > maxPeriod || len(in.Secret) < minSecret {
		return nil, fmt.Errorf("%w: it holds no seed", ErrDamaged)
	}
	return &Seed{Issuer: in.Issuer, Account: in.Account, Period: time.Duration(in.Period) * time.Second,
		algorithm: algorithm, secret: in.Secret}, nil
}

// Kept returns the serial numbers of the devices whose seeds are kept in dir, sorted. No passphrase is needed. Files
// that can't be read are passed over: Load says what is wrong with them.
func Kept(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("the kept seeds can't be listed: %w", err)
	}
	var out []string
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), suffix) {
			continue
		}
		if f, err := read(filepath.Join(dir, e.Name())); err == nil && name(f.Serial) == e.Name() {
			out = append(out, f.Serial)
		}
	}
	slices.Sort(out)
	return out, nil
}

// Remove deletes the seed that is kept for the device serial. Without one the error is fs.ErrNotExist.
func Remove(dir, serial string) error {
	if err := os.Remove(filepath.Join(dir, name(serial))); err != nil {
		return fmt.Errorf("the kept seed can't be removed: %w", err)
	}
	return nil
}

// name is the device's file: serial numbers of ARN form hold slashes and colons, so their hash stands for them.
func name(serial string) string {
	sum := sha256.Sum256([]byte(serial))
	return hex.EncodeToString(sum[:12]) + suffix
}

// header is what the seal covers besides the seed.
func (f sealed) header() []byte {
	f.Data = nil
	b, _ := json.Marshal(f) // numbers, bytes and a string can always be marshalled
	return b
}

// reasonable keeps a file that someone else wrote from asking for hours or for all memory.
func (f sealed) reasonable() bool {
	return f.N >= 2 && f.N <= 1<<20 && f.R >= 1 && f.R <= 16 && f.P >= 1 && f.P <= 4 && len(f.Salt) >= 8 && len(f.Nonce) == 12
}

// key makes the cipher and the check value. The numbers come from the file, so they are looked at first.
func (f sealed) key(passphrase []byte) (cipher.AEAD, []byte, error) {
	if !f.reasonable() {
		return nil, nil, fmt.Errorf("%w: its numbers are out of range", ErrDamaged)
	}
	master, err := scrypt.Key(passphrase, f.Salt, f.N, f.R, f.P, 32)
	if err != nil {
		return nil, nil, fmt.Errorf("%w: its numbers don't fit together", ErrDamaged)
	}
	defer clear(master)
	secret, err1 := hkdf.Expand(sha256.New, master, "cooper seed: seal", 32)
	check, err2 := hkdf.Expand(sha256.New, master, "cooper seed: check", 32)
	if err := errors.Join(err1, err2); err != nil {
		return nil, nil, fmt.Errorf("no key can be made: %w", err)
	}
	defer clear(secret)
	block, err := aes.NewCipher(secret)
	if err != nil {
		return nil, nil, fmt.Errorf("no key can be made: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, nil, fmt.Errorf("no key can be made: %w", err)
	}
	return aead, check, nil
}

func read(path string) (sealed, error) {
	var f sealed
	info, err := os.Stat(path)
	if err != nil {
		return f, fmt.Errorf("the kept seed can't be read: %w", err)
	}
	if !info.Mode().IsRegular() || info.Size() > maxFile {
		return f, fmt.Errorf("%w: it is no file of ours", ErrDamaged)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return f, fmt.Errorf("the kept seed can't be read: %w", err)
	}
	if err := json.Unmarshal(b, &f); err != nil {
		return f, fmt.Errorf("%w: it can't be read", ErrDamaged)
	}
	if f.Schema > fileSchema {
		return f, fmt.Errorf("%w: format %d, this one knows %d", ErrNewer, f.Schema, fileSchema)
	}
	// Base64 has bits that mean nothing, and JSON more than one spelling: the seal does not cover those.
	if again, err := json.Marshal(f); err != nil || !bytes.Equal(again, bytes.TrimRight(b, "\n")) {
		return f, fmt.Errorf("%w: it is not as it was written", ErrDamaged)
	}
	return f, nil
}

// replace writes a file of mode 0600 at once or not at all.
func replace(dir, file string, b []byte) error {
	if err := errors.Join(os.MkdirAll(dir, 0o700), os.Chmod(dir, 0o700)); err != nil {
		return fmt.Errorf("the folder for kept seeds can't be made: %w", err)
	}
	tmp, err := os.CreateTemp(dir, ".new-*") // made with mode 0600
	if err != nil {
		return fmt.Errorf("the seed can't be kept: %w", err)
	}
	defer func() { _ = os.Remove(tmp.Name()) }() // gone already when the rename went through
	_, err = tmp.Write(b)
	if err := errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return fmt.Errorf("the seed can't be kept: %w", err)
	}
	if err := os.Rename(tmp.Name(), filepath.Join(dir, file)); err != nil {
		return fmt.Errorf("the seed can't be kept: %w", err)
	}
	return nil
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: it ends the program instead
	return b
}
