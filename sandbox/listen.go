package sandbox

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// sniffTime is how long a connection may take to send its first byte.
const sniffTime = 30 * time.Second

// Endpoint is a server that listens. HTTP and TLS share one port.
type Endpoint struct {
	HTTP  string // http://cooper.localhost:PORT
	TLS   string // https://cooper.localhost:PORT
	Addr  string // 127.0.0.1:PORT
	CAPEM []byte // certificate of the authority that signed the server's certificate

	server *http.Server
	conns  *sniffer
	stop   context.CancelFunc
	open   sync.WaitGroup // connections that net/http serves
}

// Start listens on addr (127.0.0.1:0 for any free port of the loopback interface) until Close. A connection
// whose first byte begins a TLS handshake gets TLS, every other one plain HTTP.
func (s *Server) Start(addr string) (*Endpoint, error) {
	certificate, authority, err := makeCertificate()
	if err != nil {
		return nil, err
	}
	var config net.ListenConfig
	listener, err := config.Listen(context.Background(), "tcp", addr)
	if err != nil {
		return nil, err
	}
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(context.Background())
	e := &Endpoint{
		HTTP: "http://" + baseHost + ":" + port, TLS: "https://" + baseHost + ":" + port,
		Addr: listener.Addr().String(), CAPEM: authority, stop: stop,
	}
	e.server = &http.Server{
		Handler: s, ReadHeaderTimeout: sniffTime, ErrorLog: log.New(io.Discard, "", 0),
		BaseContext: func(net.Listener) context.Context { return ctx }, ConnState: e.count,
	}
	e.conns = newSniffer(listener, &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}})
	e.open.Add(1)
	go func() {
		defer e.open.Done()
		_ = e.server.Serve(e.conns) // ends with ErrServerClosed, which Close brought about
	}()
	return e, nil
}

// count follows the connections, so that Close can wait for the last one.
func (e *Endpoint) count(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		e.open.Add(1)
	case http.StateClosed, http.StateHijacked:
		e.open.Done()
	}
}

// Close ends all connections and returns when nothing of the endpoint runs any more.
func (e *Endpoint) Close() error {
	e.stop()
	err := e.server.Close()
	if cerr := e.conns.Close(); err == nil && !errors.Is(cerr, net.ErrClosed) {
		err = cerr
	}
	e.conns.wait()
	e.open.Wait()
	return err
}

// Dial connects to the endpoint for cooper.localhost and every name below it, whatever the resolver thinks of
// them, and to anything else as usual.
func (e *Endpoint) Dial(ctx context.Context, network, addr string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(addr)
	if err == nil && (host == baseHost || strings.HasSuffix(host, "."+baseHost)) {
		addr = e.Addr
	}
	var d net.Dialer
	return d.DialContext(ctx, network, addr)
}

// sniffer is a listener that looks at a connection's first byte and hands over TLS or plain connections.
type sniffer struct {
	net.Listener
	config *tls.Config
	ready  chan net.Conn
	done   chan struct{}
	failed error // why accepting ended; set before ready is closed

	running sync.WaitGroup
	mu      sync.Mutex
	waiting map[net.Conn]bool // nil once closed
}

func newSniffer(l net.Listener, config *tls.Config) *sniffer {
	s := &sniffer{Listener: l, config: config, ready: make(chan net.Conn), done: make(chan struct{}), waiting: map[net.Conn]bool{}}
	s.running.Add(1)
	go s.acceptAll()
	return s
}

func (s *sniffer) acceptAll() {
	defer s.running.Done()
	for {
		conn, err := s.Listener.Accept()
		if err != nil {
			s.failed = err
			close(s.done)
			return
		}
		if s.enter(conn) {
			go s.sniff(conn)
		}
	}
}

// enter counts a connection as waiting for its first byte.
func (s *sniffer) enter(conn net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.waiting == nil {
		_ = conn.Close() // nobody is left to tell
		return false
	}
	s.waiting[conn] = true
	s.running.Add(1)
	return true
}

func (s *sniffer) sniff(conn net.Conn) {
	defer s.running.Done()
	in := bufio.NewReaderSize(conn, 512)
	_ = conn.SetReadDeadline(time.Now().Add(sniffTime)) // a dead connection shows at Peek
	first, err := in.Peek(1)
	_ = conn.SetReadDeadline(time.Time{})
	s.mu.Lock()
	delete(s.waiting, conn)
	s.mu.Unlock()
	if err != nil {
		_ = conn.Close() // it never said anything
		return
	}
	var out net.Conn = &peeked{conn, in}
	if first[0] == 0x16 { // a TLS handshake record
		out = tls.Server(out, s.config)
	}
	select {
	case s.ready <- out:
	case <-s.done:
		_ = conn.Close() // the server is gone
	}
}

// Accept waits for the next connection that has shown what it is.
func (s *sniffer) Accept() (net.Conn, error) {
	select {
	case conn := <-s.ready:
		return conn, nil
	case <-s.done:
		return nil, s.failed
	}
}

// Close stops listening and ends the connections that have not said anything yet.
func (s *sniffer) Close() error {
	err := s.Listener.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	for conn := range s.waiting {
		_ = conn.Close() // its sniff notices and returns
	}
	s.waiting = nil
	return err
}

func (s *sniffer) wait() { s.running.Wait() }

// peeked is a connection whose first bytes were read ahead.
type peeked struct {
	net.Conn
	in *bufio.Reader
}

func (p *peeked) Read(b []byte) (int, error) { return p.in.Read(b) }
