// Package profiles reads the AWS shared config and credentials files and says what each profile is: where its
// credentials come from, its region, the roles on the way, its endpoint. It resolves nothing and sends nothing, and it
// keeps no secret: of an access key it keeps the last four characters, of secrets and tokens only that they are there.
//
// What it can't make sense of is told with file and line. Source: "Configuration and credential file settings" of the
// AWS SDKs and Tools Reference Guide.
package profiles
