package views

import (
	"errors"
	"strconv"
	"strings"

	"cooper/awsops"
	"cooper/ui"
)

// Explain turns an error into one sentence and the lines that go with it, for ui.Options.Explain.
func Explain(err error) ui.ErrorDetail {
	e, ok := errors.AsType[*awsops.Error](err)
	if !ok {
		return ui.ErrorDetail{Sentence: err.Error()}
	}
	return ui.ErrorDetail{Sentence: sentence(e), Facts: errorFacts(e)}
}

// sentence is the error and what to do about it.
func sentence(e *awsops.Error) string {
	s := strings.TrimSuffix(e.Error(), ".")
	if e.Hint != "" {
		s += ". " + e.Hint
	}
	return s
}

func errorFacts(e *awsops.Error) []ui.Fact {
	facts := []ui.Fact{{Label: "operation", Value: e.Op}}
	add := func(label, value string) {
		if value != "" {
			facts = append(facts, ui.Fact{Label: label, Value: value})
		}
	}
	add("bucket", e.Bucket)
	add("key", e.Key)
	add("kind", e.Kind.String())
	add("code", e.Code)
	if e.Status != 0 {
		add("HTTP status", strconv.Itoa(e.Status))
	}
	add("message", e.Message)
	add("request id", e.RequestID)
	add("host id", e.HostID)
	if e.Err != nil && e.Message == "" {
		add("cause", e.Err.Error())
	}
	add("what to do", e.Hint)
	return facts
}

// shortError is what happened without where, for a line below a field.
func shortError(err error) string {
	e, ok := errors.AsType[*awsops.Error](err)
	if !ok {
		return err.Error()
	}
	s := e.Message
	if s == "" {
		s = e.Code
	}
	if s == "" {
		s = e.Kind.String()
	}
	s = strings.TrimSuffix(s, ".")
	if e.Hint != "" {
		s += ". " + e.Hint
	}
	return s
}

func asError(err error) (*awsops.Error, bool) { return errors.AsType[*awsops.Error](err) }
