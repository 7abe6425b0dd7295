package sandbox

const maxPartNumber = 10000

// upload is an incomplete multipart upload.
type upload struct {
	key string
	id  string
}
