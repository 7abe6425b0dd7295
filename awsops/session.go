package awsops

// Reader makes the calls that change nothing.
type Reader struct {
	s *Session
}

// Writer makes the calls that change something. Only Session.Apply has one.
type Writer struct {
	Reader
}

// Session is one identity on one endpoint.
type Session struct{}
