using ILGPU.Backends.OpenCL;
using ILGPU.Backends.PTX;
using ILGPU.IR;
using ILGPU.IR.Intrinsics;
using ILGPU.IR.Values;

namespace Vsml.Ilgpu.Kernels;

/// <summary>Tells ILGPU the instructions that <see cref="DeviceMath"/> and <see cref="TensorCores"/> stand for.</summary>
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
        foreach (var name in new[] { nameof(TensorCores.ToTf32), nameof(TensorCores.ToBf16), nameof(TensorCores.ToFloat16), nameof(TensorCores.LowFloat16), nameof(TensorCores.HighFloat16), nameof(TensorCores.MultiplyAddTf32), nameof(TensorCores.MultiplyAddBf16) })
            manager.RegisterMethod(typeof(TensorCores).GetMethod(name)!, new PTXIntrinsic(typeof(DeviceInstructions), name, IntrinsicImplementationMode.GenerateCode));
    }

    private static void MultiplyAdd(PTXBackend backend, PTXCodeGenerator generator, Value value) => Instruction(generator, value, "fma.rn.f32");

    private static void Reciprocal(PTXBackend backend, PTXCodeGenerator generator, Value value) => Instruction(generator, value, "rcp.approx.f32");

    private static void InverseRoot(PTXBackend backend, PTXCodeGenerator generator, Value value) => Instruction(generator, value, "rsqrt.approx.f32");

    private static void Exp2(PTXBackend backend, PTXCodeGenerator generator, Value value) => Instruction(generator, value, "ex2.approx.f32");

    private static void ToTf32(PTXBackend backend, PTXCodeGenerator generator, Value value) => Instruction(generator, value, "cvt.rna.tf32.f32");

    // The first operand goes to the upper half.
    private static void ToBf16(PTXBackend backend, PTXCodeGenerator generator, Value value) => Instruction(generator, value, "cvt.rn.bf16x2.f32", reverse: true);

    private static void ToFloat16(PTXBackend backend, PTXCodeGenerator generator, Value value) => Instruction(generator, value, "cvt.rn.f16x2.f32", reverse: true);

    private static void LowFloat16(PTXBackend backend, PTXCodeGenerator generator, Value value) => HalfOf(generator, value, "low");

    private static void HighFloat16(PTXBackend backend, PTXCodeGenerator generator, Value value) => HalfOf(generator, value, "high");

    private static void MultiplyAddTf32(PTXBackend backend, PTXCodeGenerator generator, Value value) => MultiplyAddMatrices(generator, value, "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32");

    private static void MultiplyAddBf16(PTXBackend backend, PTXCodeGenerator generator, Value value) => MultiplyAddMatrices(generator, value, "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32");

    private static void MultiplyAddCall(CLBackend backend, CLCodeGenerator generator, Value value) => Call(generator, value, "fma");

    private static void ReciprocalCall(CLBackend backend, CLCodeGenerator generator, Value value) => Call(generator, value, "native_recip");

    private static void InverseRootCall(CLBackend backend, CLCodeGenerator generator, Value value) => Call(generator, value, "rsqrt");

    private static void Exp2Call(CLBackend backend, CLCodeGenerator generator, Value value) => Call(generator, value, "exp2");

    private static void Instruction(PTXCodeGenerator generator, Value value, string instruction, bool reverse = false)
    {
        var call = (MethodCall)value;
        var operands = new PTXRegisterAllocator.PrimitiveRegister[call.Nodes.Length];
        for (var i = 0; i < operands.Length; i++) operands[i] = generator.LoadPrimitive(call.Nodes[reverse ? operands.Length - 1 - i : i]);
        var result = generator.AllocateHardware(value);
        using var command = generator.BeginCommand(instruction);
        command.AppendArgument(result);
        foreach (var operand in operands) command.AppendArgument(operand);
    }

    private static void HalfOf(PTXCodeGenerator generator, Value value, string half)
    {
        var halves = generator.EnsureHardwareRegister(generator.LoadPrimitive(((MethodCall)value).Nodes[0]));
        var result = generator.AllocateHardware(value);
        generator.Builder.AppendLine("\t{");
        generator.Builder.AppendLine("\t.reg .b16 low, high;");
        generator.Builder.AppendLine($"\tmov.b32 {{low, high}}, {Name(halves)};");
        generator.Builder.AppendLine($"\tcvt.f32.f16 {Name(result)}, {half};");
        generator.Builder.AppendLine("\t}");
    }

    private static void MultiplyAddMatrices(PTXCodeGenerator generator, Value value, string instruction)
    {
        var call = (MethodCall)value;
        var factors = new string[6];
        for (var i = 0; i < factors.Length; i++) factors[i] = Name(generator.EnsureHardwareRegister(generator.LoadPrimitive(call.Nodes[i])));
        var sum = Names(generator, generator.Load(call.Nodes[6]));
        var result = Names(generator, generator.Allocate(value));
        generator.Builder.AppendLine($"\t{instruction} {{{result}}}, {{{string.Join(", ", factors[..4])}}}, {{{string.Join(", ", factors[4..])}}}, {{{sum}}};");
    }

    private static string Names(PTXCodeGenerator generator, PTXRegisterAllocator.Register quad) => string.Join(
        ", ", ((PTXRegisterAllocator.CompoundRegister)quad).Children.Select(child => Name(generator.EnsureHardwareRegister((PTXRegisterAllocator.PrimitiveRegister)child))));

    private static string Name(PTXRegisterAllocator.HardwareRegister register) => "%" + PTXRegisterAllocator.GetStringRepresentation(register);

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
