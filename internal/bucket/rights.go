package bucket

import (
	"cmp"
	"context"
)

// Right is one thing that the credentials of a bucket must allow.
type Right string

// The rights that Longhaul needs.
const (
	ToRead   Right = "read"
	ToList   Right = "list"
	ToWrite  Right = "write"
	ToDelete Right = "delete"
)

// rights names them in the words of each store.
var rights = map[string]map[Right]string{
	kindS3: {ToRead: "s3:GetObject", ToList: "s3:ListBucket", ToWrite: "s3:PutObject", ToDelete: "s3:DeleteObject"},
	kindAzure: {
		ToRead: ".../blobs/read, as in the role Storage Blob Data Contributor", ToList: ".../blobs/read, as in the role Storage Blob Data Contributor",
		ToWrite: ".../blobs/write and add, as in the role Storage Blob Data Contributor", ToDelete: ".../blobs/delete, as in the role Storage Blob Data Contributor",
	},
	kindGoogle: {
		ToRead: "storage.objects.get", ToList: "storage.objects.list",
		ToWrite: "storage.objects.create, and storage.objects.delete to replace an object", ToDelete: "storage.objects.delete",
	},
}

// RightTo names a right as the store of the bucket does.
func (b *Bucket) RightTo(right Right) string {
	return cmp.Or(rights[b.kind][right], "the right to "+string(right)+" there")
}

// ReadsToDelete says that a removal looks at the object first, by a request that needs the right to read: with S3, which does not tell
// of itself that there was none.
func (b *Bucket) ReadsToDelete() bool { return b.kind == kindS3 }

// Name is the bucket as people should see it: without what may be a secret.
func (b *Bucket) Name() string { return b.name }

// TryWrite writes a small object by one request of that right alone: unlike Write, it does not read it back.
func (b *Bucket) TryWrite(ctx context.Context, key string, content []byte, ifAbsent bool) (created bool, err error) {
	return isCreated(b.put(ctx, key, content, WriteOptions{IfAbsent: ifAbsent, Unconfirmed: true}))
}

// Refusal is how a bucket refused a request before a sync has begun.
type Refusal struct {
	Err      error // what a store or a disk refuses for good is invalid
	Answered bool  // the store or the disk refused, and was not merely silent
	Denied   bool  // the credentials lack the right
}

// Refused reads an error of the bucket as it counts before a sync has begun.
func Refused(err error) Refusal {
	a, answered := answerOf(err)
	return Refusal{
		Err: unusable(err), Answered: answered || diskReason(err) != "", Denied: answered && a.refusal() == denied || !answered && isForbidden(err),
	}
}
