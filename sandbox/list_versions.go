package sandbox

// collectVersions fills the page with versions and delete markers, newest first within a key. It starts
// after a key, or after one version of it.
func (p *page) collectVersions(b *bucket, q listQuery, keyMarker, versionMarker string) {
	from, ok := q.start(keyMarker)
	if versionMarker != "" {
		from = keyMarker // its older versions are still to come
	}
	if !ok || q.limit == 0 {
		return
	}
	b.mu.RLock()
	defer b.mu.RUnlock()
	c := b.keys.seek(max(from, q.prefix))
	for e := c.entry(); e != nil && !p.truncated; e = c.entry() {
		if len(e.key) < len(q.prefix) || e.key[:len(q.prefix)] != q.prefix {
			return
		}
		common := q.rolled(e.key)
		if common == "" {
			p.addVersions(q, e, keyMarker, versionMarker)
			c.next()
			continue
		}
		if len(p.entries) == q.limit {
			p.truncated = true
			return
		}
		p.entries = append(p.entries, listed{key: common})
		p.prefixes++
		next, ok := afterPrefix(common)
		if !ok {
			return
		}
		c = b.keys.seek(next)
	}
}

// addVersions adds the versions of one key, as far as the page has room.
func (p *page) addVersions(q listQuery, e *entry, keyMarker, versionMarker string) {
	v := e.head
	if versionMarker != "" && e.key == keyMarker {
		v = behind(v, versionMarker)
	}
	for ; v != nil; v = v.older {
		if len(p.entries) == q.limit {
			p.truncated = true
			return
		}
		p.entries = append(p.entries, listed{e.key, v, v.modified, v.content, v.attrs, v == e.head})
	}
}

// behind returns the newest version that is older than the one with the id, which may be gone by now: a
// client that deletes page by page goes on behind what it deleted.
func behind(head *version, id string) *version {
	for v := head; v != nil; v = v.older {
		if v.id == id {
			return v.older
		}
	}
	seq, ok := versionSeq(id)
	if !ok {
		return head // the null version is gone, and nothing tells where it stood
	}
	v := head
	for v != nil && v.seq > seq {
		v = v.older
	}
	return v
}

// listVersions answers ListObjectVersions.
func listVersions(c *call) error {
	q, err := c.listQuery("max-keys")
	if err != nil {
		return err
	}
	keyMarker, versionMarker := c.query.Get("key-marker"), c.query.Get("version-id-marker")
	if c.query.Has("version-id-marker") {
		if keyMarker == "" {
			return errInvalidArgument("A version-id marker cannot be specified without a key marker.",
				"version-id-marker", versionMarker)
		}
		if versionMarker == "" {
			return errInvalidArgument("A version-id marker cannot be empty.", "version-id-marker", "")
		}
		if err := checkVersionID(versionMarker); err != nil {
			return errInvalidArgument("Invalid version id specified", "version-id-marker", versionMarker)
		}
	}
	p := newPage()
	defer p.release()
	p.collectVersions(c.bucket, q, keyMarker, versionMarker)
	w := newListWriter("ListVersionsResult", len(p.entries))
	defer w.release()
	w.text("Name", c.bucketName)
	q.text(w.xmlWriter, "Prefix", q.prefix)
	q.text(w.xmlWriter, "KeyMarker", keyMarker)
	w.text("VersionIdMarker", versionMarker)
	if p.truncated {
		q.text(w.xmlWriter, "NextKeyMarker", p.last())
		if v := p.entries[len(p.entries)-1].version; v != nil {
			w.text("NextVersionIdMarker", v.id)
		}
	}
	w.number("MaxKeys", int64(q.limit))
	q.tail(w.xmlWriter, p.truncated)
	w.versions(q, p, canonicalID(c.bucket.owner))
	return c.writeXML(w.xmlWriter, "ListVersionsResult")
}

// versions writes the versions and markers of a page in their order, then its common prefixes.
func (w *listWriter) versions(q listQuery, p *page, owner string) {
	for i := range p.entries {
		e := &p.entries[i]
		if e.version == nil {
			continue
		}
		name := "Version"
		if e.version.marker {
			name = "DeleteMarker"
		}
		w.open(name)
		q.text(w.xmlWriter, "Key", e.key)
		w.text("VersionId", e.version.id)
		w.flag("IsLatest", e.latest)
		w.modified(e.modified)
		if e.version.marker {
			w.owner(owner)
		} else {
			w.describe(e, owner)
			w.restoreStatus(e.attrs, q.restore)
		}
		w.close(name)
	}
	w.prefixes(q, p)
}
