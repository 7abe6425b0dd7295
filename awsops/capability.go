package awsops

// Offered says whether a change of a setting may be offered, given what reading the same setting
// answered: nil when it may. AWS and the sandbox have every setting. A compatible server routes by
// the sub-resources that it knows; a write to one that it doesn't know can fall through to the bucket
// or the object itself, and delete or replace it. So there a change is offered only where the GET of
// the same sub-resource answered as S3 does, with its document or with S3's own "not set".
func Offered[T any](s *Session, r Reading[T]) error {
	if s.opt.Dialect != DialectCompatible || r.State == Known || r.State == Absent {
		return nil
	}
	e := &Error{Op: r.Source, Kind: KindUnsupported, Hint: "Change it with the tools of that server.",
		Message: "this server did not answer " + r.Source + " as S3 does, so a change could hit the bucket itself"}
	if r.State == Unread || r.State == Loading {
		e.Message = r.Source + " has not been answered yet"
	}
	if r.Err != nil {
		e.Status, e.Code, e.Err = r.Err.Status, r.Err.Code, r.Err
	}
	return e
}
