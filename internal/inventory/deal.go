package inventory

// ShardCount says into how many shards reports are dealt: so few that none holds more than size, but a multiple of
// maxShards so that no wave of shards is half empty, and never one without a report.
func ShardCount(reports int64, maxShards, size int) int {
	wave, most := int64(max(maxShards, 1)), int64(max(size, 1))
	n := (reports + most - 1) / most
	n = (n + wave - 1) / wave * wave
	return int(min(n, reports))
}

// shardSize is how many reports shard n of count gets: all within one of each other, what is left over to the first.
func shardSize(reports int64, count, n int) int64 {
	size := reports / int64(count)
	if int64(n) < reports%int64(count) {
		size++
	}
	return size
}
