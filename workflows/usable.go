package workflows

import (
	"maps"
	"slices"

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// NamespaceAttributes is what a worker knows of the search attributes of its namespace.
type NamespaceAttributes struct {
	// Listed is false while the namespace has not told its attributes, or where it keeps them to itself.
	Listed bool
	// Types are the types of all attributes by name, Temporal's own among them.
	Types map[string]enumspb.IndexedValueType
}

// AttributeList gives what the worker knows at this moment. It answers at once: it is asked within workflow tasks.
type AttributeList func() NamespaceAttributes

// usableID names the recorded list of usable attributes in the history.
const usableID = "longhaul-usable-attributes"

// usable is the recorded answer to which attributes a workflow may use, in the order of their names.
type usable struct {
	Names []string `json:"names"`
}

func (u usable) has(name string) bool { return slices.Contains(u.Names, name) }

// attributeFilter keeps search attributes from the server that the namespace lacks. The server would refuse the whole
// workflow task for one of them, again and again. What the worker knows is recorded in the history where it has changed, so
// a replay decides as the first run did, and a workflow task that is tried again takes the newest list.
type attributeFilter struct {
	interceptor.WorkflowOutboundInterceptorBase
	list AttributeList
}

// UpsertTypedSearchAttributes sets those attributes that can be set, and is silent about the others.
func (f *attributeFilter) UpsertTypedSearchAttributes(ctx workflow.Context, updates ...temporal.SearchAttributeUpdate) error {
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

// NewContinueAsNewError hands on those attributes only that the namespace still has. The SDK puts all that the workflow ever
// had into the command.
func (f *attributeFilter) NewContinueAsNewError(ctx workflow.Context, wfn any, args ...any) error {
	known, present := f.usable(ctx), f.present(ctx)
	for _, name := range namesOf(present) {
		if !known.has(name) {
			delete(present, name)
		}
	}
	return f.Next.NewContinueAsNewError(ctx, wfn, args...)
}

// present are the attributes of the workflow by name, those that were unset among them.
func (f *attributeFilter) present(ctx workflow.Context) map[string]*commonpb.Payload {
	//nolint:staticcheck // the typed attributes cannot be taken away from what is handed on
	return f.Next.GetInfo(ctx).SearchAttributes.GetIndexedFields()
}

// usable looks which of Longhaul's attributes and of those that the workflow has can be used now.
func (f *attributeFilter) usable(ctx workflow.Context) usable {
	present := f.present(ctx)
	look := func(workflow.Context) any { return usableOf(f.list(), present) }
	same := func(a, b any) bool {
		one, ok := a.(usable)
		other, ok2 := b.(usable)
		return ok && ok2 && slices.Equal(one.Names, other.Names)
	}
	var known usable
	if err := f.Next.MutableSideEffect(ctx, usableID, look, same).Get(&known); err != nil {
		workflow.GetLogger(ctx).Error("the recorded list of search attributes cannot be read; none is set", "error", err)
		return usable{}
	}
	return known
}

// usableOf is the list for the history. Where the namespace tells nothing, a workflow keeps what it was started with: the
// server has accepted it.
func usableOf(namespace NamespaceAttributes, present map[string]*commonpb.Payload) usable {
	types := Attributes()
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

// nameOf is the name of the attribute that an update changes, or "" for one that is not Longhaul's. An update does not tell
// its name, so it is tried: it sets an attribute that was not there or takes one away that was.
func nameOf(update temporal.SearchAttributeUpdate) string {
	alone := temporal.NewSearchAttributes(update)
	full := temporal.NewSearchAttributes(AttributeSource.ValueSet(""), AttributePhase.ValueSet(""),
		AttributeOutcome.ValueSet(""), AttributeCoverage.ValueSet(0), update)
	for _, key := range keys {
		if alone.ContainsKey(key) || !full.ContainsKey(key) {
			return key.GetName()
		}
	}
	return ""
}
