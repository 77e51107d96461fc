using ILGPU.Backends.OpenCL;
using ILGPU.Backends.PTX;
using ILGPU.IR;
using ILGPU.IR.Intrinsics;
using ILGPU.IR.Values;

namespace Vsml.Ilgpu.Kernels;

/// <summary>Tells ILGPU the instructions that <see cref="DeviceMath"/> stands for.</summary>
internal static class DeviceInstructions
{
    /// <summary>Registers them for a context that is being built.</summary>
    /// <param name="manager">The context's intrinsics.</param>
    public static void Register(IntrinsicImplementationManager manager)
    {
        foreach (var name in new[] { nameof(DeviceMath.MultiplyAdd), nameof(DeviceMath.Reciprocal), nameof(DeviceMath.InverseRoot), nameof(DeviceMath.Exp2) })
        {
            var method = typeof(DeviceMath).GetMethod(name)!;
            manager.RegisterMethod(method, new PTXIntrinsic(typeof(DeviceInstructions), name, IntrinsicImplementationMode.GenerateCode));
            manager.RegisterMethod(method, new CLIntrinsic(typeof(DeviceInstructions), name + "Call", IntrinsicImplementationMode.GenerateCode));
        }
    }

    private static void MultiplyAdd(PTXBackend backend, PTXCodeGenerator generator, Value value) => Instruction(generator, value, "fma.rn.f32");

    private static void Reciprocal(PTXBackend backend, PTXCodeGenerator generator, Value value) => Instruction(generator, value, "rcp.approx.f32");

    private static void InverseRoot(PTXBackend backend, PTXCodeGenerator generator, Value value) => Instruction(generator, value, "rsqrt.approx.f32");

    private static void Exp2(PTXBackend backend, PTXCodeGenerator generator, Value value) => Instruction(generator, value, "ex2.approx.f32");

    private static void MultiplyAddCall(CLBackend backend, CLCodeGenerator generator, Value value) => Call(generator, value, "fma");

    private static void ReciprocalCall(CLBackend backend, CLCodeGenerator generator, Value value) => Call(generator, value, "native_recip");

    private static void InverseRootCall(CLBackend backend, CLCodeGenerator generator, Value value) => Call(generator, value, "rsqrt");

    private static void Exp2Call(CLBackend backend, CLCodeGenerator generator, Value value) => Call(generator, value, "exp2");

    private static void Instruction(PTXCodeGenerator generator, Value value, string instruction)
    {
        var call = (MethodCall)value;
        var operands = new PTXRegisterAllocator.PrimitiveRegister[call.Nodes.Length];
        for (var i = 0; i < operands.Length; i++) operands[i] = generator.LoadPrimitive(call.Nodes[i]);
        var result = generator.AllocateHardware(value);
        using var command = generator.BeginCommand(instruction);
        command.AppendArgument(result);
        foreach (var operand in operands) command.AppendArgument(operand);
    }

    private static void Call(CLCodeGenerator generator, Value value, string function)
    {
        var call = (MethodCall)value;
        var result = generator.Allocate(value);
        using var statement = generator.BeginStatement(result, function);
        statement.BeginArguments();
        foreach (var operand in call.Nodes) statement.AppendArgument(generator.Load(operand));
        statement.EndArguments();
    }
}
