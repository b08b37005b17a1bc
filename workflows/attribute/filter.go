package attribute

import (
	"maps"
	"slices"

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// Namespace is what a worker knows of the search attributes of its namespace.
type Namespace struct {
	// Listed is false while the namespace has not listed its attributes, or where it never does.
	Listed bool
	// Types are the types of all attributes by name, Temporal's own among them.
	Types map[string]enumspb.IndexedValueType
}

// List gives what the worker knows at this moment. It returns at once: workflow tasks call it.
type List func() Namespace

// Filter keeps search attributes from the server that the namespace lacks. The server would refuse the whole workflow task for
// one of them, again and again. What the worker knows is recorded in the history where it has changed, so a replay decides as
// the first run did, and a workflow task that is tried again uses the newest list.
func Filter(list List, next interceptor.WorkflowOutboundInterceptor) interceptor.WorkflowOutboundInterceptor {
	f := &filter{list: list}
	f.Next = next
	return f
}

type filter struct {
	interceptor.WorkflowOutboundInterceptorBase
	list List
}

// UpsertTypedSearchAttributes sets those attributes that can be set, and drops the others without an error.
func (f *filter) UpsertTypedSearchAttributes(ctx workflow.Context, updates ...temporal.SearchAttributeUpdate) error {
	known := f.usable(ctx)
	kept := make([]temporal.SearchAttributeUpdate, 0, len(updates))
	for _, update := range updates {
		if name := nameOf(update); name == "" || known.has(name) {
			kept = append(kept, update)
		}
	}
	if len(kept) == 0 {
		return nil
	}
	return f.Next.UpsertTypedSearchAttributes(ctx, kept...)
}

// NewContinueAsNewError hands on those attributes only that the namespace still has. The SDK puts every attribute that the
// workflow ever had into the command.
func (f *filter) NewContinueAsNewError(ctx workflow.Context, wfn any, args ...any) error {
	known, present := f.usable(ctx), f.present(ctx)
	for _, name := range namesOf(present) {
		if !known.has(name) {
			delete(present, name)
		}
	}
	return f.Next.NewContinueAsNewError(ctx, wfn, args...)
}

// present are the attributes of the workflow by name, those that were unset among them.
func (f *filter) present(ctx workflow.Context) map[string]*commonpb.Payload {
	//nolint:staticcheck // the typed attributes cannot be taken away from what is handed on
	return f.Next.GetInfo(ctx).SearchAttributes.GetIndexedFields()
}

// usableID names the recorded list of usable attributes in the history.
const usableID = "longhaul-usable-attributes"

// usable is the recorded answer to which attributes a workflow may use, in the order of their names.
type usable struct {
	Names []string `json:"names"`
}

func (u usable) has(name string) bool { return slices.Contains(u.Names, name) }

// usable finds which of Longhaul's attributes and of those that the workflow has can be used now.
func (f *filter) usable(ctx workflow.Context) usable {
	present := f.present(ctx)
	look := func(workflow.Context) any { return usableOf(f.list(), present) }
	same := func(a, b any) bool {
		one, ok := a.(usable)
		other, ok2 := b.(usable)
		return ok && ok2 && slices.Equal(one.Names, other.Names)
	}
	var known usable
	if err := f.Next.MutableSideEffect(ctx, usableID, look, same).Get(&known); err != nil {
		workflow.GetLogger(ctx).Error("the recorded list of search attributes cannot be read; none is set", "event", "warning", "error", err)
		return usable{}
	}
	return known
}

// usableOf is the list for the history. Where the namespace lists nothing, a workflow keeps the attributes that it was started
// with: the server has accepted them.
func usableOf(namespace Namespace, present map[string]*commonpb.Payload) usable {
	types := Types()
	names := namesOf(present)
	for _, key := range keys {
		names = append(names, key.GetName())
	}
	slices.Sort(names)
	return usable{Names: slices.DeleteFunc(slices.Compact(names), func(name string) bool {
		if !namespace.Listed {
			return present[name].GetData() == nil
		}
		kind, exists := namespace.Types[name]
		wanted, ours := types[name]
		return !exists || ours && kind != wanted || !ours && present[name].GetData() == nil
	})}
}

// namesOf are the names of attributes in their order.
//
//workflowcheck:ignore
func namesOf(attributes map[string]*commonpb.Payload) []string {
	return slices.Sorted(maps.Keys(attributes))
}

// nameOf is the name of the attribute that an update changes, or "" for an attribute that is not Longhaul's. An update does not
// say its name, so it is tried: it sets an attribute that was not there or removes one that was.
func nameOf(update temporal.SearchAttributeUpdate) string {
	alone := temporal.NewSearchAttributes(update)
	full := temporal.NewSearchAttributes(Source.ValueSet(""), Phase.ValueSet(""), Outcome.ValueSet(""), Coverage.ValueSet(0), update)
	for _, key := range keys {
		if alone.ContainsKey(key) || !full.ContainsKey(key) {
			return key.GetName()
		}
	}
	return ""
}
