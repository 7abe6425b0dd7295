package sandbox

import (
	"net/http"
)

// field is an element of an error document beyond code and message, in the order in which S3 sends it.
type field struct{ name, value string }

// apiError is an error as S3 answers it.
type apiError struct {
	status  int
	code    string
	message string
	fields  []field
	header  http.Header // further response headers, nil for none
}

func (e *apiError) Error() string { return e.code + ": " + e.message }

func newError(status int, code, message string, fields ...field) *apiError {
	return &apiError{status: status, code: code, message: message, fields: fields}
}

// with adds a response header to the error's answer.
func (e *apiError) with(name, value string) *apiError {
	if e.header == nil {
		e.header = http.Header{}
	}
	e.header.Set(name, value)
	return e
}

func errAccessDenied(message string) *apiError { return newError(403, "AccessDenied", message) }

func errInvalidRequest(message string) *apiError { return newError(400, "InvalidRequest", message) }

func errInvalidArgument(message, name, value string) *apiError {
	return newError(400, "InvalidArgument", message, field{"ArgumentName", name}, field{"ArgumentValue", value})
}

func errMalformedXML() *apiError {
	return newError(400, "MalformedXML",
		"The XML you provided was not well-formed or did not validate against our published schema")
}

func errNoSuchBucket(name string) *apiError {
	return newError(404, "NoSuchBucket", "The specified bucket does not exist", field{"BucketName", name})
}

func errNoSuchKey(key string) *apiError {
	return newError(404, "NoSuchKey", "The specified key does not exist.", field{"Key", key})
}

func errNoSuchVersion(key, id string) *apiError {
	return newError(404, "NoSuchVersion", "The specified version does not exist.", field{"Key", key}, field{"VersionId", id})
}

func errNoSuchUpload(id string) *apiError {
	return newError(404, "NoSuchUpload", "The specified upload does not exist. The upload ID may be invalid, "+
		"or the upload may have been aborted or completed.", field{"UploadId", id})
}

func errMethodNotAllowed(method, resourceType string) *apiError {
	return newError(405, "MethodNotAllowed", "The specified method is not allowed against this resource.",
		field{"Method", method}, field{"ResourceType", resourceType})
}

func errNotImplemented(header string) *apiError {
	return newError(501, "NotImplemented", "A header you provided implies functionality that is not implemented",
		field{"Header", header})
}

func errPreconditionFailed(condition string) *apiError {
	return newError(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold",
		field{"Condition", condition})
}

func errAuthorizationMalformed(message, region string) *apiError {
	e := newError(400, "AuthorizationHeaderMalformed", message)
	if region != "" {
		e.fields = append(e.fields, field{"Region", region})
	}
	return e
}

func errInternal() *apiError {
	return newError(500, "InternalError", "We encountered an internal error. Please try again.")
}
