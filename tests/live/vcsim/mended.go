package simulator

// What a vCenter does and the simulator does not: compiled into package simulator with an overlay,
// beside its own methods, which `build.py` renames to stock….

import (
	"fmt"
	"reflect"
	"sync"
	"time"

	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// TaskTime is how long some tasks are shown as running after they took effect.
var TaskTime time.Duration

var slow = map[string]bool{
	"ReconfigVm": true, "CreateSnapshot": true, "RevertToSnapshot": true, "RelocateVm": true,
}

// Run shows a slow task as running for TaskTime.
func (t *Task) Run() types.ManagedObjectReference {
	ref := t.stockRun()
	if TaskTime == 0 || !slow[t.Info.Name] {
		return ref
	}
	info := t.Info
	var fault interface{}
	if info.Error != nil {
		fault = *info.Error
	}
	Map.Update(t, []types.PropertyChange{
		{Name: "info.state", Val: types.TaskInfoStateRunning},
		{Name: "info.completeTime", Val: nil},
		{Name: "info.result", Val: nil},
		{Name: "info.error", Val: nil},
	})
	go func() {
		time.Sleep(TaskTime)
		Map.WithLock(t, func() {
			Map.Update(t, []types.PropertyChange{
				{Name: "info.completeTime", Val: time.Now()},
				{Name: "info.result", Val: info.Result},
				{Name: "info.error", Val: fault},
				{Name: "info.state", Val: info.State},
			})
		})
	}()
	return ref
}

func failed(e mo.Reference, name string, fault types.BaseMethodFault) types.ManagedObjectReference {
	return CreateTask(e, name, func(*Task) (types.AnyType, types.BaseMethodFault) {
		return nil, fault
	}).Run()
}

func (vm *VirtualMachine) wrongPower(wanted types.VirtualMachinePowerState) *types.InvalidPowerState {
	return &types.InvalidPowerState{RequestedState: wanted, ExistingState: vm.Runtime.PowerState}
}

func (vm *VirtualMachine) isOn() bool {
	return vm.Runtime.PowerState == types.VirtualMachinePowerStatePoweredOn
}

// SuspendVMTask refuses a machine that does not run.
func (vm *VirtualMachine) SuspendVMTask(ctx *Context, req *types.SuspendVM_Task) soap.HasFault {
	if vm.isOn() {
		return vm.stockSuspendVMTask(ctx, req)
	}
	fault := vm.wrongPower(types.VirtualMachinePowerStatePoweredOn)
	return &methods.SuspendVM_TaskBody{
		Res: &types.SuspendVM_TaskResponse{Returnval: failed(vm, "suspend", fault)},
	}
}

// ResetVMTask refuses a machine that does not run.
func (vm *VirtualMachine) ResetVMTask(ctx *Context, req *types.ResetVM_Task) soap.HasFault {
	if vm.isOn() {
		return vm.stockResetVMTask(ctx, req)
	}
	fault := vm.wrongPower(types.VirtualMachinePowerStatePoweredOn)
	return &methods.ResetVM_TaskBody{
		Res: &types.ResetVM_TaskResponse{Returnval: failed(vm, "reset", fault)},
	}
}

// guest says how the guest behaves: deaf (it ignores a shutdown), no-tools, or as usual.
func (vm *VirtualMachine) guest() string {
	said := ""
	for _, option := range vm.Config.ExtraConfig {
		if value := option.GetOptionValue(); value.Key == "vcsim.guest" {
			said = fmt.Sprint(value.Value)
		}
	}
	return said
}

func (vm *VirtualMachine) guestFault() *soap.Fault {
	if !vm.isOn() {
		return Fault("", vm.wrongPower(types.VirtualMachinePowerStatePoweredOn))
	}
	if vm.guest() == "no-tools" {
		return Fault("", new(types.ToolsUnavailable))
	}
	return nil
}

// ShutdownGuest needs a running machine with tools, and some guests do not listen.
func (vm *VirtualMachine) ShutdownGuest(ctx *Context, req *types.ShutdownGuest) soap.HasFault {
	if fault := vm.guestFault(); fault != nil {
		return &methods.ShutdownGuestBody{Fault_: fault}
	}
	if vm.guest() == "deaf" {
		return &methods.ShutdownGuestBody{Res: new(types.ShutdownGuestResponse)}
	}
	return vm.stockShutdownGuest(ctx, req)
}

// RebootGuest is absent from the simulator.
func (vm *VirtualMachine) RebootGuest(ctx *Context, req *types.RebootGuest) soap.HasFault {
	if fault := vm.guestFault(); fault != nil {
		return &methods.RebootGuestBody{Fault_: fault}
	}
	ctx.postEvent(&types.VmGuestRebootEvent{VmEvent: vm.event()})
	return &methods.RebootGuestBody{Res: new(types.RebootGuestResponse)}
}

// MigrateVMTask is absent from the simulator.
func (vm *VirtualMachine) MigrateVMTask(ctx *Context, req *types.MigrateVM_Task) soap.HasFault {
	spec := types.VirtualMachineRelocateSpec{Host: req.Host, Pool: req.Pool}
	moved := vm.RelocateVMTask(ctx, &types.RelocateVM_Task{This: req.This, Spec: spec})
	ref := moved.(*methods.RelocateVM_TaskBody).Res.Returnval
	return &methods.MigrateVM_TaskBody{Res: &types.MigrateVM_TaskResponse{Returnval: ref}}
}

func hot(flag *bool) bool { return flag != nil && *flag }

func (vm *VirtualMachine) refusal(spec *types.VirtualMachineConfigSpec) types.BaseMethodFault {
	if spec.ChangeVersion != "" && spec.ChangeVersion != vm.Config.ChangeVersion {
		return new(types.ConcurrentAccess)
	}
	now := vm.Config.Hardware
	cpus := spec.NumCPUs != 0 && spec.NumCPUs != now.NumCPU
	memory := spec.MemoryMB != 0 && spec.MemoryMB != int64(now.MemoryMB)
	if !vm.isOn() || !(cpus || memory) {
		return nil
	}
	cold := cpus && (!hot(vm.Config.CpuHotAddEnabled) || spec.NumCPUs < now.NumCPU)
	cold = cold || memory && (!hot(vm.Config.MemoryHotAddEnabled) || spec.MemoryMB < int64(now.MemoryMB))
	if cold {
		return vm.wrongPower(types.VirtualMachinePowerStatePoweredOff)
	}
	return nil
}

func (vm *VirtualMachine) changed() {
	version := time.Now().UTC().Format(time.RFC3339Nano)
	Map.Update(vm, []types.PropertyChange{{Name: "config.changeVersion", Val: version}})
}

// ReconfigVMTask keeps the rules of hot-add and of the change version.
func (vm *VirtualMachine) ReconfigVMTask(ctx *Context, req *types.ReconfigVM_Task) soap.HasFault {
	if fault := vm.refusal(&req.Spec); fault != nil {
		return &methods.ReconfigVM_TaskBody{
			Res: &types.ReconfigVM_TaskResponse{Returnval: failed(vm, "reconfigVm", fault)},
		}
	}
	done := vm.stockReconfigVMTask(ctx, req)
	vm.changed()
	return done
}

func duplicate(ptr interface{}) reflect.Value {
	value := reflect.ValueOf(ptr).Elem()
	made := reflect.New(value.Type())
	made.Elem().Set(value)
	return made
}

func copies(devices []types.BaseVirtualDevice) []types.BaseVirtualDevice {
	made := make([]types.BaseVirtualDevice, len(devices))
	for i, device := range devices {
		made[i] = duplicate(device).Interface().(types.BaseVirtualDevice)
		inner := made[i].GetVirtualDevice()
		if inner.Backing != nil {
			inner.Backing = duplicate(inner.Backing).Interface().(types.BaseVirtualDeviceBackingInfo)
		}
		if inner.DeviceInfo != nil {
			inner.DeviceInfo = duplicate(inner.DeviceInfo).Interface().(types.BaseDescription)
		}
	}
	return made
}

// CloneVMTask refuses a taken name, leaves the source's disks alone, and keeps to the whole spec.
func (vm *VirtualMachine) CloneVMTask(ctx *Context, req *types.CloneVM_Task) soap.HasFault {
	body := &methods.CloneVM_TaskBody{Res: new(types.CloneVM_TaskResponse)}
	if folder, ok := asFolderMO(Map.Get(req.Folder)); ok {
		if taken := Map.FindByName(req.Name, folder.ChildEntity); taken != nil {
			fault := &types.DuplicateName{Name: req.Name, Object: taken.Reference()}
			body.Res.Returnval = failed(vm, "cloneVm", fault)
			return body
		}
	}
	own := vm.Config.Hardware.Device
	vm.Config.Hardware.Device = copies(own)
	done := vm.stockCloneVMTask(ctx, req)
	vm.Config.Hardware.Device = own
	task := Map.Get(done.(*methods.CloneVM_TaskBody).Res.Returnval).(*Task)
	if ref, ok := task.Info.Result.(types.ManagedObjectReference); ok {
		clone := Map.Get(ref).(*VirtualMachine)
		if config := req.Spec.Config; config != nil {
			clone.apply(&types.VirtualMachineConfigSpec{
				NumCPUs: config.NumCPUs, MemoryMB: config.MemoryMB,
				Uuid: config.Uuid, Annotation: config.Annotation,
			})
		}
		clone.changed()
		if req.Spec.PowerOn {
			clone.PowerOnVMTask(ctx, &types.PowerOnVM_Task{This: ref})
		}
	}
	return done
}

// CreateSnapshotTask keeps the devices as they are now, and tells whether memory was kept.
func (vm *VirtualMachine) CreateSnapshotTask(req *types.CreateSnapshot_Task) soap.HasFault {
	done := vm.stockCreateSnapshotTask(req)
	current := *vm.Snapshot.CurrentSnapshot
	snapshot := Map.Get(current).(*VirtualMachineSnapshot)
	snapshot.Config.Hardware.Device = copies(vm.Config.Hardware.Device)
	item := findSnapshotInTree(vm.Snapshot.RootSnapshotList, current)
	if !req.Memory || !vm.isOn() {
		item.State = types.VirtualMachinePowerStatePoweredOff
	}
	return done
}

// RevertToSnapshotTask brings the hardware and the power back.
func (v *VirtualMachineSnapshot) RevertToSnapshotTask(req *types.RevertToSnapshot_Task) soap.HasFault {
	vm := Map.Get(v.Vm).(*VirtualMachine)
	done := v.stockRevertToSnapshotTask(req)
	Map.WithLock(vm, func() {
		item := findSnapshotInTree(vm.Snapshot.RootSnapshotList, v.Self)
		hardware := v.Config.Hardware
		hardware.Device = copies(hardware.Device)
		state := item.State
		if vm.guest() == "lost-at-revert" {
			state = types.VirtualMachinePowerStatePoweredOff
		}
		Map.Update(vm, []types.PropertyChange{
			{Name: "config.hardware", Val: hardware},
			{Name: "summary.config.numCpu", Val: hardware.NumCPU},
			{Name: "summary.config.memorySizeMB", Val: hardware.MemoryMB},
			{Name: "runtime.powerState", Val: state},
			{Name: "summary.runtime.powerState", Val: state},
		})
		vm.changed()
	})
	return done
}

// SetField puts a value in the place of the one that was there.
func (c *CustomFieldsManager) SetField(ctx *Context, req *types.SetField) soap.HasFault {
	if found, ok := Map.Get(req.Entity).(mo.Entity); ok {
		entity := found.Entity()
		ctx.WithLock(entity, func() {
			entity.CustomValue = without(entity.CustomValue, req.Key)
			entity.Value = without(entity.Value, req.Key)
		})
	}
	return c.stockSetField(ctx, req)
}

func without(values []types.BaseCustomFieldValue, key int32) []types.BaseCustomFieldValue {
	kept := []types.BaseCustomFieldValue{}
	for _, value := range values {
		if value.GetCustomFieldValue().Key != key {
			kept = append(kept, value)
		}
	}
	return kept
}

var pages = struct {
	sync.Mutex
	next int
	rest map[string][]types.ObjectContent
}{rest: map[string][]types.ObjectContent{}}

func page(objects []types.ObjectContent, most int32) ([]types.ObjectContent, string) {
	if most <= 0 || len(objects) <= int(most) {
		return objects, ""
	}
	pages.Lock()
	defer pages.Unlock()
	pages.next++
	token := fmt.Sprintf("%d:%d", pages.next, most)
	pages.rest[token] = objects[most:]
	return objects[:most], token
}

// RetrievePropertiesEx gives so many objects at a time.
func (pc *PropertyCollector) RetrievePropertiesEx(ctx *Context, r *types.RetrievePropertiesEx) soap.HasFault {
	done := pc.stockRetrievePropertiesEx(ctx, r).(*methods.RetrievePropertiesExBody)
	if done.Res != nil && done.Res.Returnval != nil {
		found := done.Res.Returnval
		found.Objects, found.Token = page(found.Objects, r.Options.MaxObjects)
	}
	return done
}

// ContinueRetrievePropertiesEx gives the next ones.
func (pc *PropertyCollector) ContinueRetrievePropertiesEx(ctx *Context, r *types.ContinueRetrievePropertiesEx) soap.HasFault {
	pages.Lock()
	rest, known := pages.rest[r.Token]
	delete(pages.rest, r.Token)
	pages.Unlock()
	if !known {
		fault := &types.InvalidArgument{InvalidProperty: "token"}
		return &methods.ContinueRetrievePropertiesExBody{Fault_: Fault("", fault)}
	}
	var number int
	var most int32
	_, _ = fmt.Sscanf(r.Token, "%d:%d", &number, &most)
	found := types.RetrieveResult{}
	found.Objects, found.Token = page(rest, most)
	return &methods.ContinueRetrievePropertiesExBody{
		Res: &types.ContinueRetrievePropertiesExResponse{Returnval: found},
	}
}
