package schedule

import (
	schedulepb "go.temporal.io/api/schedule/v1"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// Same says whether two schedules are equal but for their state, which is whether they are paused.
func Same(a, b *schedulepb.Schedule) bool {
	a, b = normal(a), normal(b)
	return a != nil && b != nil && proto.Equal(a, b)
}

// SameSpec says whether a schedule starts by a spec as a list of schedules shows it.
func SameSpec(of *schedulepb.Schedule, listed *schedulepb.ScheduleSpec) bool {
	listing := &schedulepb.Schedule{Spec: listed, Action: of.GetAction(), Policies: of.GetPolicies()}
	return Same(of, listing)
}

// normal is a copy without state, in which nothing and zero are one.
func normal(s *schedulepb.Schedule) *schedulepb.Schedule {
	if s.GetSpec() == nil {
		return nil
	}
	c, ok := proto.Clone(s).(*schedulepb.Schedule)
	if !ok {
		return nil
	}
	c.State, c.Spec.TimezoneData = nil, nil
	if c.Spec.GetJitter().AsDuration() == 0 {
		c.Spec.Jitter = nil
	}
	for _, one := range c.Spec.Interval {
		if one.GetPhase().AsDuration() == 0 {
			one.Phase = nil
		}
	}
	return c
}

// Encode writes a schedule, without its state, as JSON.
func Encode(s *schedulepb.Schedule) ([]byte, error) {
	return protojson.Marshal(&schedulepb.Schedule{Spec: s.GetSpec(), Action: s.GetAction(), Policies: s.GetPolicies()})
}

// Decode reads what Encode wrote; nil where that is none, so that it equals no schedule.
func Decode(text []byte) *schedulepb.Schedule {
	s := new(schedulepb.Schedule)
	if len(text) == 0 || (protojson.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(text, s) != nil {
		return nil
	}
	return s
}
