package accesslog

// Field is the place of a field in a line, from 0.
type Field int

// The fields of a line, in order.
const (
	BucketOwner Field = iota
	Bucket
	Time
	RemoteIP
	Requester
	RequestID
	Operation
	Key
	RequestURI
	Status
	ErrorCode
	BytesSent
	ObjectSize
	TotalTime
	TurnAround
	Referer
	UserAgent
	VersionID
	HostID
	Signature
	Cipher
	AuthType
	Host
	TLSVersion
	AccessPoint
	ACLRequired
	SourceRegion

	// FieldCount is how many fields the format has by now.
	FieldCount = 27
	// leastFields is how many the oldest format had.
	leastFields = int(VersionID) + 1
)

// columns are the names of the fields as AWS's table for Athena has them, with that of the newest field added.
var columns = [FieldCount]string{
	"bucketowner", "bucket_name", "requestdatetime", "remoteip", "requester", "requestid", "operation", "key", "request_uri",
	"httpstatus", "errorcode", "bytessent", "objectsize", "totaltime", "turnaroundtime", "referrer", "useragent", "versionid",
	"hostid", "sigv", "ciphersuite", "authtype", "endpoint", "tlsversion", "accesspointarn", "aclrequired", "sourceregion",
}

// titles are the names of the fields as people read them.
var titles = [FieldCount]string{
	"bucket owner", "bucket", "time", "remote IP", "requester", "request id", "operation", "key", "request",
	"status", "error", "bytes sent", "object size", "total time", "turn-around", "referer", "user agent", "version",
	"host id", "signature", "cipher suite", "authentication", "host", "TLS", "access point", "ACL required", "source region",
}

// Column is the field's name in AWS's table for Athena, such as "requestdatetime".
func (f Field) Column() string { return columns[f] }

// String is the field's name as people read it, such as "remote IP".
func (f Field) String() string { return titles[f] }

// Columns are the names of all fields in order, as AWS's table for Athena has them.
func Columns() []string { return append([]string(nil), columns[:]...) }
