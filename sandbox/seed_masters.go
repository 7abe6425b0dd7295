package sandbox

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"hash/adler32"
	"hash/crc32"
	"strings"
	"time"
)

// masters puts into video-ingest what is archived in each way, and what can be looked at: text in several encodings,
// JSON, a picture, something compressed.
func (d *seeder) masters() error {
	b := d.s.findBucket("video-ingest")
	class := func(name, tier string, r restoreState) func(*attributes) {
		return func(a *attributes) {
			a.class, a.tier, a.restore = name, tier, r
			a.tags = []tag{{"project", "workshop-film"}}
		}
	}
	for i, m := range []struct {
		key, class, tier string
		restore          restoreState
	}{
		{"masters/2024/take-01.mov", "DEEP_ARCHIVE", "", restoreState{}},
		{"masters/2024/take-02.mov", "DEEP_ARCHIVE", "", restoreState{}},
		{"masters/2025/take-03.mov", "GLACIER", "", restoreState{}},
		{"masters/2025/take-04.mov", "GLACIER", "", restoreState{}},
		{"masters/2025/take-05.mov", "GLACIER", "", restoreState{tier: "Bulk", ready: d.ago(2, 6, 0), until: d.ago(-6, 0, 0)}},
		{"masters/2026/take-06.mov", "INTELLIGENT_TIERING", "ARCHIVE_ACCESS", restoreState{}},
		{"masters/2026/take-07.mov", "INTELLIGENT_TIERING", "DEEP_ARCHIVE_ACCESS", restoreState{}},
		{"masters/2026/take-08.mov", "GLACIER_IR", "", restoreState{}},
	} {
		d.put(b, m.key, d.size(int64(2_300_000+i*64_000)), d.ago(140-i, 21, i), class(m.class, m.tier, m.restore))
	}
	for i, f := range []struct{ key, text string }{
		{"config/player.json", `{"autoplay":false,"quality":["1080p","720p"],"captions":{"default":"en","languages":["en","de","fr"]},"bitrate":4800}` + "\n"},
		{"config/transcode.txt", "# presets of the transcoder\npreset = slow\ncrf = 21\naudio = aac 192k\n"},
		{"config/caf\u00e9-latin1.txt", "caf\xe9 au lait\nM\xfcnchen\n"},
		{"config/utf16.txt", utf16Text("Opened on a desk of 1998.\r\n")},
		{"stills/poster.png", plainPicture(64, 36)},
		{"logs/ingest.log.gz", squeezed(strings.Repeat("2026-10-01T10:00:00Z ingest take=20 bytes=5242880 ok\n", 400))},
	} {
		d.put(b, f.key, d.text(f.text), d.ago(30-i, 9, i), func(a *attributes) {
			a.headers = append(a.headers, field{"Cache-Control", "max-age=300"})
			a.metadata = []field{{"owner", "video-team"}}
			a.tags = []tag{{"project", "workshop-film"}}
		})
	}
	d.put(b, "config/empty.txt", d.text(""), d.ago(20, 9, 0), nil)
	return nil
}

// utf16Text is text as UTF-16, little end first, with its mark.
func utf16Text(s string) string {
	out := []byte{0xff, 0xfe}
	for _, r := range s {
		out = binary.LittleEndian.AppendUint16(out, uint16(r))
	}
	return string(out)
}

// squeezed is text under gzip. Stored blocks make it the same whatever the version of the compressor.
func squeezed(s string) string {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.NoCompression)
	if err != nil {
		panic(err) // the level is one of gzip's
	}
	w.ModTime = time.Time{}
	_, _ = w.Write([]byte(s)) // a buffer takes everything
	_ = w.Close()
	return b.String()
}

// plainPicture is a grey PNG of that many pixels, written out so that its bytes are the same in every run.
func plainPicture(width, height int) string {
	raw := bytes.Repeat(append([]byte{0}, bytes.Repeat([]byte{0x66}, width)...), height)
	var data bytes.Buffer
	data.Write([]byte{0x78, 0x01, 0x01}) // zlib, then one stored block
	size := uint16(len(raw))
	data.Write(binary.LittleEndian.AppendUint16(binary.LittleEndian.AppendUint16(nil, size), ^size))
	data.Write(raw)
	data.Write(binary.BigEndian.AppendUint32(nil, adler32.Checksum(raw)))
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(width)), uint32(height))
	out := "\x89PNG\r\n\x1a\n"
	for _, chunk := range []struct {
		name string
		data []byte
	}{{"IHDR", append(head, 8, 0, 0, 0, 0)}, {"IDAT", data.Bytes()}, {"IEND", nil}} {
		body := append([]byte(chunk.name), chunk.data...)
		out += string(binary.BigEndian.AppendUint32(nil, uint32(len(chunk.data)))) + string(body) +
			string(binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(body)))
	}
	return out
}
